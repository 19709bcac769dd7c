"""Bodies and answers of the embedding routes."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from application.prompts.embedding import MOST_INPUTS
from entrypoints.http.bodies.prompts import Deadline, ModelSelector
from entrypoints.http.compatible_apis.bodies import ModelName

Words = Annotated[str, Field(min_length=1)]
# Token ids of any tokenizer there is, and more tokens than any embedding model reads.
Token = Annotated[int, Field(ge=0, le=10_000_000)]
Tokens = Annotated[list[Token], Field(min_length=1, max_length=100_000)]
Dimensions = Annotated[int, Field(ge=1, le=100_000)]


class EmbeddingBody(BaseModel):
    """Texts, or lists of the model's own tokens, to be turned into vectors, in OpenAI's shape."""

    model_config = ConfigDict(extra="allow", frozen=True)

    model: ModelName
    input: (
        Words
        | Annotated[list[Words], Field(min_length=1, max_length=MOST_INPUTS)]
        | Tokens
        | Annotated[list[Tokens], Field(min_length=1, max_length=MOST_INPUTS)]
    )
    dimensions: Dimensions | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None
    deadline_seconds: Deadline | None = Field(
        None, validation_alias=AliasChoices("deadlineSeconds", "deadline_seconds")
    )


class TextsToEmbed(ModelSelector):
    """Texts to be turned into vectors by a registered embedding model; without a way of choosing, the preferred one."""

    texts: Annotated[list[Words], Field(min_length=1, max_length=MOST_INPUTS)]
    dimensions: Dimensions | None = None
    deadline_seconds: Deadline | None = None


class EmbeddingRow(BaseModel):
    """A vector: numbers, or base64 of 32-bit floats, little end first."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsage(BaseModel):
    """Tokens as the provider counted them; 0 where it did not."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(BaseModel):
    """The vectors, in OpenAI's shape, in the order of the inputs."""

    object: Literal["list"]
    data: list[EmbeddingRow]
    model: str
    usage: EmbeddingUsage
