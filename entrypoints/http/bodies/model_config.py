"""The typed config of a model: the defaults that it is run with."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from application.prompts.model_parameters import HEAVIEST, HOTTEST, LONGEST_IDLE, MOST_DROPPED, MOST_STOPS
from domain.checked_documents import LONGEST_LABEL
from entrypoints.http.bodies.resource_fields import FreeObject, plain_number
from entrypoints.http.field_types import Body, Integer, Number, without_defaults

_MOST_PREFERENCE: Final = 10**15
"""A whole number beyond is not the same in every JSON library."""

_Temperature = Annotated[Number, Field(ge=0, le=int(HOTTEST), description="Sampling temperature.")]
_TopP = Annotated[
    Number, Field(ge=0, le=1, description="Nucleus sampling: the probability mass that tokens are chosen from.")
]
_MaxTokens = Annotated[Integer, Field(ge=1, le=10**12, description="The most tokens of an answer.")]
_SystemPrompt = Annotated[str, Field(description="Used where a request has no system message.")]
_Seconds = Annotated[Number, Field(gt=0, le=int(LONGEST_IDLE))]
_NotEmpty = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL)]
_Stop = Annotated[str, Field(min_length=1)]


class ModelConfig(Body):
    """The defaults that the model is run with. An organization's own fields belong in `metadata`."""

    temperature: _Temperature | None = None
    top_p: _TopP | None = None
    max_tokens: _MaxTokens | None = None
    stop: Annotated[
        _Stop | Annotated[list[_Stop], Field(max_length=MOST_STOPS)] | None,
        Field(description="A text, or several, that end an answer."),
    ] = None
    system_prompt: _SystemPrompt | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    preference: Annotated[
        Number | None,
        Field(ge=-_MOST_PREFERENCE, le=_MOST_PREFERENCE, description="The lowest is the first choice by `preferred`."),
    ] = None
    weight: Annotated[
        Number | None, Field(ge=0, le=int(HEAVIEST), description="Its part of the prompts among equals; 1 by default.")
    ] = None
    first_byte_seconds: Annotated[
        _Seconds | None, Field(description="Time to the first content, after which another candidate is called.")
    ] = None
    idle_seconds: Annotated[_Seconds | None, Field(description="How long a stream may pause.")] = None
    deadline_seconds: Annotated[_Seconds | None, Field(description="Deadline for the whole answer.")] = None
    drop: Annotated[
        list[_NotEmpty] | None,
        Field(max_length=MOST_DROPPED, description="Fields to leave out of requests, by the provider's names."),
    ] = None
    base_model: Annotated[_NotEmpty | None, Field(description="The model behind the name of a deployment.")] = None
    metadata: Annotated[FreeObject | None, Field(description="What is the organization's own; nothing reads it.")] = (
        None
    )
    old_top_p: Annotated[_TopP | None, Field(alias="top_p", json_schema_extra={"deprecated": True})] = None
    old_max_tokens: Annotated[_MaxTokens | None, Field(alias="max_tokens", json_schema_extra={"deprecated": True})] = (
        None
    )
    old_system_prompt: Annotated[
        _SystemPrompt | None, Field(alias="system_prompt", json_schema_extra={"deprecated": True})
    ] = None

    def document(self) -> dict[str, Any]:
        """Return what was sent, as it is stored; null is as good as absent."""
        return {name: value for name, value in self._sent().items() if value is not None}

    def _sent(self) -> dict[str, Any]:
        fields = type(self).model_fields
        sent = [name for name in fields if name in self.model_fields_set]
        return {fields[name].alias or name: _plain(getattr(self, name)) for name in sent}


def _described(schema: dict[str, Any]) -> None:
    without_defaults(schema)
    # Of other names only null is taken, which generators of strict clients cannot say beside fields of other types.
    schema["additionalProperties"] = True


class ModelConfigPatch(ModelConfig):
    """What to change of a model's config (RFC 7396): null removes a value, of whatever name."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_described)
    __pydantic_extra__: dict[str, None]

    def patch(self) -> dict[str, Any]:
        """Return the merge patch, with null for what is to be removed."""
        return self._sent() | dict.fromkeys(self.__pydantic_extra__)


def _plain(value: object) -> object:
    return plain_number(value) if isinstance(value, Decimal) else value
