"""Bodies of the routes that select models and run prompts."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator
from pydantic_core import PydanticCustomError

from application.prompts.conversation import Effort
from application.prompts.model_parameters import LONGEST_IDLE
from application.prompts.prompt_request import LONGEST_DEADLINE
from entrypoints.http.bodies.models import Cost
from entrypoints.http.bodies.resource_fields import Capabilities, ModelType, ProviderModelId, Tokens
from entrypoints.http.field_types import Body, Id, Integer, Number
from entrypoints.http.routes import MEBIBYTE

LARGEST_PROMPT = 32 * MEBIBYTE
"""Images travel in the body, a third larger than they are."""

MOST_MESSAGES = 1000
MOST_IMAGES = 100
MOST_TOOLS = 128

ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Blob = Annotated[str, Field(min_length=1, max_length=4_000_000)]

ImageType = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]
Base64 = Annotated[
    str,
    StringConstraints(min_length=4, pattern=r"^[A-Za-z0-9+/]+={0,2}$"),
    Field(description="The image in Base64, as RFC 4648 section 4 has it, without line breaks."),
]
ImageUrl = Annotated[
    str,
    StringConstraints(max_length=8000, pattern=r"^https://[^\s]+$"),
    Field(description="An https address, which the provider fetches itself."),
]


ABOUT_DEADLINE = (
    "Seconds that bound everything, from the first attempt to the last word. Without it a whole answer, and the first "
    "words of a streamed one, may take 595, or what the model's config says; a stream goes on until it is silent, or "
    "has taken what the model's config says."
)
ABOUT_IDLE = "Seconds that a stream may be silent once it has begun. Without it 60, or what the model's config says."
Deadline = Annotated[Number, Field(gt=0, le=LONGEST_DEADLINE, description=ABOUT_DEADLINE)]
Idle = Annotated[Number, Field(gt=0, le=LONGEST_IDLE, description=ABOUT_IDLE)]


class Requirements(Body):
    """What a model must be; what is left out does not matter. Without a type, any that answers in text."""

    type: ModelType | None = None
    capabilities: Capabilities = Field(default_factory=list)
    max_cost_per1k_tokens: Annotated[Cost | None, Field(alias="maxCostPer1kTokens")] = None
    min_context_window: Tokens | None = None
    strategy: Literal["cheapest", "fastest", "preferred"] = "preferred"


class ModelSelector(Body):
    """Which model: a registered one by its id, all that providers call so, or whichever fits a need best."""

    model_id: Annotated[Id | None, Field(description="The id of a registered model: this one and no other.")] = None
    provider_model_id: ProviderModelId | None = None
    provider_id: Annotated[Id | None, Field(description="With providerModelId: of this provider alone.")] = None
    need: Requirements | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        ways = (self.model_id, self.provider_model_id, self.need)
        if ways.count(None) < len(ways) - 1:
            raise PydanticCustomError("ways", "takes one of modelId, providerModelId and need")
        if self.provider_id is not None and self.provider_model_id is None:
            raise PydanticCustomError("provider", "takes a providerId only together with a providerModelId")
        return self


class ModelToSelect(ModelSelector):
    """The choice to explain; without any way of choosing, the preferred of all models that answer in text."""

    has_images: Annotated[bool, Field(description="Whether the prompt would have images.")] = False


class ImageSource(Body):
    """An image: its data with its media type, or where it is."""

    media_type: ImageType | None = None
    data: Base64 | None = None
    url: ImageUrl | None = None
    detail: Literal["auto", "low", "high"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.data is None) == (self.url is None) or (self.data is None) != (self.media_type is None):
            raise PydanticCustomError("image", "takes either data with its mediaType, or a url")
        return self


class WrittenText(Body):
    """Words."""

    type: Literal["text"]
    text: str


class WrittenImage(ImageSource):
    """An image among the words."""

    type: Literal["image"]


def text_or_parts(value: object) -> str:
    """Return which of the two ways of writing a content is meant, so that errors are reported for that one only."""
    return "parts" if isinstance(value, list) else "text"


class WrittenDocument(Body):
    """A file to read: a PDF as data, an https address, or plain text."""

    type: Literal["document"]
    media_type: Annotated[str | None, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")] = None
    data: Base64 | None = None
    url: ImageUrl | None = None
    text: str | None = None
    filename: Annotated[str | None, Field(min_length=1, max_length=255)] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [value is not None for value in (self.data, self.url, self.text)]
        if sum(given) != 1 or (self.data is None) != (self.media_type is None):
            raise PydanticCustomError("document", "takes one of data with its mediaType, url and text")
        return self


class WrittenAudio(Body):
    """Sound to listen to."""

    type: Literal["audio"]
    format: Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}$", description="wav or mp3, as the provider takes it.")]
    data: Base64


class WrittenToolCall(Body):
    """A call that the model has requested, as it was answered; `arguments` is JSON text."""

    type: Literal["toolCall"]
    id: Annotated[str, Field(min_length=1, max_length=1000)]
    name: ToolName
    arguments: str = ""
    blob: Blob | None = None


class WrittenReasoning(Body):
    """The model's thoughts, as they were answered; `blob` is what the model wants handed back unchanged."""

    type: Literal["reasoning"]
    text: str = ""
    blob: Blob | None = None


class WrittenToolResult(Body):
    """What a call gave."""

    type: Literal["toolResult"]
    call_id: Annotated[str, Field(min_length=1, max_length=1000)]
    content: Annotated[
        Annotated[str, Tag("text")]
        | Annotated[
            list[Annotated[WrittenText | WrittenImage | WrittenDocument, Field(discriminator="type")]],
            Field(max_length=MOST_MESSAGES),
            Tag("parts"),
        ],
        Discriminator(text_or_parts),
    ]
    is_error: bool = False


Part = Annotated[
    WrittenText
    | WrittenImage
    | WrittenDocument
    | WrittenAudio
    | WrittenToolCall
    | WrittenToolResult
    | WrittenReasoning,
    Field(discriminator="type"),
]

# Which parts a message of each role may hold besides text.
_ASSISTANT_PARTS = (WrittenText, WrittenToolCall, WrittenReasoning)
_USER_PARTS = (WrittenText, WrittenImage, WrittenDocument, WrittenAudio, WrittenToolResult)


class WrittenMessage(Body):
    """One turn of the conversation."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[
        Annotated[str, Tag("text")]
        | Annotated[list[Part], Field(min_length=1, max_length=MOST_MESSAGES), Tag("parts")],
        Discriminator(text_or_parts),
    ]

    @model_validator(mode="after")
    def _fits_its_role(self) -> Self:
        allowed = {"system": (WrittenText,), "user": _USER_PARTS, "assistant": _ASSISTANT_PARTS}[self.role]
        for part in () if isinstance(self.content, str) else self.content:
            if isinstance(part, WrittenImage) and self.role != "user":
                raise PydanticCustomError("role", "holds an image, which only messages of the user can")
            if not isinstance(part, allowed):
                raise PydanticCustomError("role", f"holds a part of a type that messages of the {self.role} cannot")
        return self


class WrittenParameters(Body):
    """How to write; what is left out is taken from the registered model's config, else left to the provider."""

    temperature: Annotated[Number | None, Field(ge=0, le=2)] = None
    top_p: Annotated[Number | None, Field(ge=0, le=1)] = None
    max_tokens: Annotated[Tokens | None, Field(description="Lowered to the model's own limit.")] = None
    stop: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]] | None, Field(max_length=16)] = None
    top_k: Annotated[Integer | None, Field(ge=1, le=100_000)] = None
    seed: Annotated[Integer | None, Field(ge=-(2**63), lt=2**63)] = None
    presence_penalty: Annotated[Number | None, Field(ge=-2, le=2)] = None
    frequency_penalty: Annotated[Number | None, Field(ge=-2, le=2)] = None
    reasoning_effort: Effort | None = None


class WrittenTool(Body):
    """A function whose call the model may request; `parameters` is its JSON Schema."""

    name: ToolName
    description: Annotated[str | None, Field(max_length=20_000)] = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ForcedTool(Body):
    """The one function that the model is to call."""

    name: ToolName


class WrittenFormat(Body):
    """What the answer must be: any JSON object, or JSON of a schema."""

    type: Literal["json_object", "json_schema"]
    name: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None
    schema_: Annotated[dict[str, Any] | None, Field(alias="schema")] = None
    strict: bool | None = None

    @model_validator(mode="after")
    def _has_its_schema(self) -> Self:
        if (self.type == "json_schema") != (self.schema_ is not None):
            raise PydanticCustomError("schema", "takes a schema with the type json_schema, and with no other")
        return self


def _has_user(messages: list[WrittenMessage]) -> list[WrittenMessage]:
    if all(message.role == "system" for message in messages):
        raise PydanticCustomError("messages", "holds no message of the user")
    return messages


class PromptToRun(ModelSelector):
    """A prompt: the conversation in `messages`, or one turn in `prompt` with `images`."""

    messages: (
        Annotated[list[WrittenMessage], Field(min_length=1, max_length=MOST_MESSAGES), AfterValidator(_has_user)] | None
    ) = None
    prompt: Annotated[str | None, Field(min_length=1)] = None
    images: Annotated[list[ImageSource], Field(max_length=MOST_IMAGES)] = Field(default_factory=list)
    config: WrittenParameters | None = None
    tools: Annotated[list[WrittenTool], Field(max_length=MOST_TOOLS)] = Field(default_factory=list)
    tool_choice: Literal["auto", "none", "required"] | ForcedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: WrittenFormat | None = None
    stream: bool = False
    deadline_seconds: Deadline | None = None
    idle_seconds: Idle | None = None

    @model_validator(mode="after")
    def _has_one_prompt(self) -> Self:
        if (self.messages is None) == (self.prompt is None):
            raise PydanticCustomError("asked", "takes either messages or a prompt")
        if self.images and self.prompt is None:
            raise PydanticCustomError("images", "takes images only together with a prompt")
        return self
