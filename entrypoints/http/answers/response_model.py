"""The base class of all schemas of answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

from entrypoints.http.optional_fields import absent_not_null

Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]


class ResponseModel(BaseModel):
    """The root of all answers: camelCase, every field always there but those with a default, which may be left out."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, json_schema_extra=absent_not_null)


class Pagination(ResponseModel):
    """Where in the list this is."""

    limit: int
    has_more: bool
    next_cursor: str | None
    total: int | None = None
