"""The body of the OpenAI-compatible route, as far as it can be honoured for every provider.

Fields after the API reference of Chat Completions (https://platform.openai.com/docs/api-reference/chat/create).
What is not named here is in the extras of the models: the view refuses what it would have to ignore.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from entrypoints.http.bodies.kinds import Tokens
from entrypoints.http.bodies.prompts import MOST_MESSAGES, Deadline, text_or_parts
from entrypoints.http.fields import Number


class Foreign(BaseModel):
    """The root of bodies that another API defines: snake_case, nothing coerced; more fields than these may come.

    `ignored` are fields without a bearing on the answer, and `neutral` the values with which a field asks for nothing.
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)

    ignored: ClassVar[frozenset[str]] = frozenset()
    neutral: ClassVar[dict[str, object]] = {}


class ImageUrl(Foreign):
    """Where an image is: an https address, or a data URL with Base64."""

    url: Annotated[
        str, StringConstraints(pattern=r"^(https://\S+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$")
    ]
    detail: Literal["auto", "low", "high"] | None = None


class TextContent(Foreign):
    """Words."""

    type: Literal["text"]
    text: str


class ImageContent(Foreign):
    """An image among the words."""

    type: Literal["image_url"]
    image_url: ImageUrl


Content = Annotated[TextContent | ImageContent, Field(discriminator="type")]


class ChatMessage(Foreign):
    """One turn of the conversation. `developer` is a newer word for `system`."""

    ignored: ClassVar[frozenset[str]] = frozenset({"name"})

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[
        Annotated[str, Tag("text")]
        | Annotated[list[Content], Field(min_length=1, max_length=MOST_MESSAGES), Tag("parts")],
        Discriminator(text_or_parts),
    ]


class StreamOptions(Foreign):
    """What a stream tells besides the words."""

    ignored: ClassVar[frozenset[str]] = frozenset({"include_obfuscation"})

    include_usage: bool | None = None


class ChatCompletion(Foreign):
    """A conversation to go on with. `model` is a model's id here, its provider's name for it, or its name here.

    `deadlineSeconds` is a field of this service, the same at all of its doors.
    """

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"metadata", "parallel_tool_calls", "prompt_cache_key", "safety_identifier", "seed", "user"}
    )
    neutral: ClassVar[dict[str, object]] = {
        "frequency_penalty": 0,
        "logprobs": False,
        "presence_penalty": 0,
        "response_format": {"type": "text"},
        "service_tier": "auto",
        "store": False,
        "tool_choice": "none",
    }

    model: Annotated[str, Field(min_length=1, max_length=256)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    temperature: Annotated[Number | None, Field(ge=0, le=2)] = None
    top_p: Annotated[Number | None, Field(ge=0, le=1)] = None
    max_completion_tokens: Tokens | None = None
    max_tokens: Tokens | None = None
    stop: (
        Annotated[str, Field(min_length=1)]
        | Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=16)]
        | None
    ) = None
    n: Annotated[int | None, Field(ge=1, le=1)] = None
    stream: bool | None = None
    deadline_seconds: Deadline | None = Field(
        None, validation_alias=AliasChoices("deadlineSeconds", "deadline_seconds")
    )
    stream_options: StreamOptions | None = None


def unsupported(body: Foreign, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the places of fields that ask for something that is not done here."""
    found = [
        (*place, name)
        for name, value in (body.model_extra or {}).items()
        if name not in body.ignored and not _asks_nothing(value) and value != body.neutral.get(name)
    ]
    for name in type(body).model_fields:
        found += _within(getattr(body, name), (*place, name))
    return found


def _within(value: Any, place: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - any field
    if isinstance(value, Foreign):
        return unsupported(value, place)
    if isinstance(value, list):
        return [each for index, part in enumerate(value) for each in _within(part, (*place, index))]
    return []


def _asks_nothing(value: object) -> bool:
    return value is None or value in ([], {})
