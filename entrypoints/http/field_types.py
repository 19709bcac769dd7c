"""The kinds of value that requests carry, for use in the models of bodies and queries.

Bodies are read strictly: text, true and false, whole numbers, arrays (`list[...]`) and objects (`dict[str, ...]`) are
taken as they are, `Literal` for a choice; the kinds here are for what JSON has no type for.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError

from application.unset import UNSET
from entrypoints.http.optional_fields import absent_not_null

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# In a query a plus sign is a blank: whoever copies a time out of an answer means its offset.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d\Z)")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DIGITS = 19
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


def camel(name: str) -> str:
    """Return the name as JSON has it: `costPer1kTokens` for `cost_per_1k_tokens`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Body(BaseModel):
    """The root of all bodies: camelCase, nothing unknown, nothing coerced. Fields not sent: see `mentioned`.

    Fields that are None by default are documented as optional and not nullable; null is taken for leaving them out.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=camel,
        validate_by_alias=True,
        hide_input_in_errors=True,
        json_schema_extra=absent_not_null,
    )

    def mentioned(self, name: str) -> Any:  # noqa: ANN401 - whatever the field's type is
        """Return the field, `UNSET` when the request left it out."""
        return getattr(self, name) if name in self.model_fields_set else UNSET


class ChangeReason(Body):
    """Why: all that there is to say about a change without a body of its own."""


def without_defaults(schema: dict[str, Any]) -> None:
    """Take the defaults out of a schema, where they mean nothing; for `json_schema_extra`."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Patch(Body):
    """The root of all merge patches: what is not sent stays as it is, so that defaults mean nothing."""

    model_config = ConfigDict(json_schema_extra=without_defaults)


class Query(Body):
    """The root of all query parameters: every value arrives as text. Those in `REPEATED` are joined by commas."""

    REPEATED: ClassVar[frozenset[str]] = frozenset()


def parse_uuid(value: object) -> object:
    """Return the id that the text spells out, in the hyphenated form only; leave what is no text to the validator."""
    if not isinstance(value, str):
        return value
    if _UUID.fullmatch(value) is None:
        raise PydanticCustomError("uuid", "is not an id such as 0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d")
    return UUID(value)


def _time(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("time", "is not a time in text")
    value = _LOST_PLUS.sub("+", value)
    try:
        if _TIME.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("time", "is not a time in RFC 3339, such as 2026-01-31T12:00:00Z")


def _number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _integer(value: object) -> object:
    """Take a whole number written with a fraction of zeros, as 128000.0: JSON Schema calls it an integer."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _DIGITS and value == value.to_integral():
        return int(value)
    return value


def _flag(value: object) -> object:
    if value not in {"true", "false"}:
        raise PydanticCustomError("flag", "is either true or false")
    return value == "true"


def _whole(value: object) -> object:
    if not isinstance(value, str) or _WHOLE.fullmatch(value) is None:
        raise PydanticCustomError("whole", "is not a whole number of at most 18 digits")
    return int(value)


class _AsNumber:
    """Documents decimals as what they are in JSON: numbers, with their bounds."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        branches = [branch for branch in described.pop("anyOf", []) if branch.get("type") == "number"]
        return {**described, "type": "number", **(branches[0] if branches else {})}


Id = Annotated[UUID, BeforeValidator(parse_uuid)]
"""An id in its usual form with hyphens."""

Time = Annotated[datetime, BeforeValidator(_time)]
"""A time with its offset, as RFC 3339 has it; becomes UTC."""

Number = Annotated[Decimal, BeforeValidator(_number), _AsNumber()]
"""Any JSON number, kept exactly."""

Integer = Annotated[int, BeforeValidator(_integer)]
"""A whole number, however JSON writes it."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""In a query: true or false."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""In a query: a whole number."""

JsonObject = dict[str, Any]
"""Any JSON object; its fractions are decimals."""

Text = Annotated[str, Field(min_length=1, max_length=200)]
"""A short text, not empty."""
