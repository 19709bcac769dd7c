"""The base class of all schemas of answers."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from entrypoints.http.field_types import camel
from entrypoints.http.optional_fields import absent_not_null


class ResponseModel(BaseModel):
    """The root of all answers: it documents an answer and writes it, in camelCase.

    `model_validate` makes an answer of an object whose attributes have the names of the fields; `at` is for those that
    have another one. Every field is always there but those with a default, which are left out if they were not given.
    """

    model_config = ConfigDict(
        alias_generator=camel,
        validate_by_alias=True,
        validate_by_name=True,
        from_attributes=True,
        json_schema_extra=absent_not_null,
        # Most answers are never written by the commands that load them.
        defer_build=True,
    )


def document_of(answer: BaseModel) -> dict[str, Any]:
    """Return what the answer's JSON is made of, without what was not given; decimals, ids and times as they are."""
    return answer.model_dump(by_alias=True, exclude_unset=True)


def at(path: str) -> Any:  # noqa: ANN401 - as pydantic's own `Field`
    """Define where the value of a field is found: the names of attributes, with dots between them."""
    return Field(validation_alias=AliasPath(*path.split(".")))


def _time_in_text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]

TimeText = Annotated[str, BeforeValidator(_time_in_text), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A time that is shown in the very words in which it is kept."""

Tenths = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Hundredths = Annotated[float, AfterValidator(lambda value: round(value, 2))]

FieldName = Annotated[str, AfterValidator(camel)]
"""The name of a field, as JSON has it."""


class Pagination(ResponseModel):
    """Where in the list this is."""

    limit: int
    has_more: bool
    next_cursor: str | None
    total: int | None = None
