"""The fields of prompts that this service reads. All others go to the provider unchanged, or are translated."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from application.prompts.model_parameters import LONGEST_IDLE
from application.prompts.prompt_request import LONGEST_DEADLINE
from entrypoints.http.bodies.prompts import ABOUT_DEADLINE, ABOUT_IDLE

ModelName = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]+$")]
LONGEST_LIST = 100_000

_OWN_FIELDS: Final = frozenset({"deadlineSeconds", "deadline_seconds", "idleSeconds", "idle_seconds"})


class CompatibleBody(BaseModel):
    """A prompt for a model: its id here, its provider's name for it, or its name here.

    `deadlineSeconds` and `idleSeconds` are fields of this service, the same in all of these APIs. Every other field is
    that of the protocol: it is sent to a provider of the same protocol as it is, and is translated for others.
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)

    model: ModelName
    stream: bool | None = None
    deadline_seconds: Annotated[float | None, Field(gt=0, le=LONGEST_DEADLINE, description=ABOUT_DEADLINE)] = Field(
        None, validation_alias=AliasChoices("deadlineSeconds", "deadline_seconds")
    )
    idle_seconds: Annotated[float | None, Field(gt=0, le=LONGEST_IDLE, description=ABOUT_IDLE)] = Field(
        None, validation_alias=AliasChoices("idleSeconds", "idle_seconds")
    )


def without_own_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a body is the protocol's."""
    rest = dict(document)
    for name in _OWN_FIELDS & rest.keys():
        del rest[name]
    return rest


class StreamOptions(BaseModel):
    """What a stream contains besides the words."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)

    include_usage: bool | None = None


class ChatCompletionBody(CompatibleBody):
    """A conversation to continue with, as Chat Completions has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
    stream_options: StreamOptions | None = None


class ResponseBody(CompatibleBody):
    """A conversation to continue with, as Responses has it; nothing of it is stored, whatever `store` is."""

    input: str | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]


class MessageBody(CompatibleBody):
    """A conversation to continue with, as Messages has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
    max_tokens: Annotated[int | None, Field(ge=0)] = None


class MessagesQuery(BaseModel):
    """What clients of Messages add to the address; it changes nothing, for betas are named in `anthropic-beta`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    beta: bool | None = None


class TokenCount(BaseModel):
    """How many tokens a model reads."""

    input_tokens: int


class CountTokensBody(CompatibleBody):
    """A conversation whose tokens are to be counted, as Messages has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
