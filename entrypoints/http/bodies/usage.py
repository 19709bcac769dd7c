"""The query of the usage report."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from entrypoints.http.field_types import Id, Query

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _day(value: object) -> object:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "is not a day such as 2026-01-31")


Day = Annotated[date, BeforeValidator(_day)]
"""A day of the calendar, in UTC."""


class UsageQuery(Query):
    """Which uses, and by what they are added up."""

    first: Annotated[
        Day | None, Field(alias="from", description="The first day, in UTC; 30 days in all if absent.")
    ] = None
    last: Annotated[Day | None, Field(alias="to", description="The last day, included; today if absent.")] = None
    model_id: Annotated[Id | None, Field(description="Only of this model, removed or not.")] = None
    provider_id: Annotated[Id | None, Field(description="Only of this provider.")] = None
    group_by: Literal["day", "model", "provider"] = "day"
