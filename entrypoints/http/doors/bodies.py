"""What this service itself reads of the bodies of the doors; all else goes to the provider, or is translated for it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from entrypoints.http.bodies.prompts import Deadline

ModelName = Annotated[str, Field(min_length=1, max_length=256)]
LONGEST_LIST = 100_000


class DoorBody(BaseModel):
    """A prompt for a model: its id here, its provider's name for it, or its name here.

    `deadlineSeconds` is a field of this service, the same at all of its doors. Every other field is that of the
    protocol: it goes to a provider of the same protocol as it is, and is translated for others.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    model: ModelName
    stream: bool | None = None
    deadline_seconds: Deadline | None = Field(
        None, validation_alias=AliasChoices("deadlineSeconds", "deadline_seconds")
    )


class StreamOptions(BaseModel):
    """What a stream tells besides the words."""

    model_config = ConfigDict(extra="allow", frozen=True)

    include_usage: bool | None = None


class ChatCompletionBody(DoorBody):
    """A conversation to go on with, as Chat Completions has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
    stream_options: StreamOptions | None = None


class ResponseBody(DoorBody):
    """A conversation to go on with, as Responses has it; nothing of it is kept, whatever `store` says."""

    input: str | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]


class MessageBody(DoorBody):
    """A conversation to go on with, as Messages has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
    max_tokens: Annotated[int | None, Field(ge=0)] = None


class CountTokensBody(DoorBody):
    """A conversation whose tokens are to be counted, as Messages has it."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LONGEST_LIST)]
