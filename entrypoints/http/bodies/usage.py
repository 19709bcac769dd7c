"""The query of the usage report."""

import re
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from entrypoints.http.bodies.requests import Actor, FormatChoice, Label
from entrypoints.http.field_types import Id, Query

_DIMENSION: Final = "(model|provider|key|actor|day|hour|label:[^,:]{1,100})"
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


class UsageOfKeyQuery(Query):
    """Which uses of an access key, and by what they are added up."""

    first: Annotated[
        Day | None, Field(alias="from", description="The first day, in UTC; 30 days in all if absent.")
    ] = None
    last: Annotated[Day | None, Field(alias="to", description="The last day, included; today if absent.")] = None
    model_id: Annotated[Id | None, Field(description="Only of this model, removed or not.")] = None
    provider_id: Annotated[Id | None, Field(description="Only of this provider.")] = None
    actor: Actor | None = None
    label: Label | None = None
    group_by: Annotated[
        str,
        Field(
            pattern=rf"^{_DIMENSION}(,{_DIMENSION}){{0,9}}$",
            description="One or several, with commas between them or as often as needed: model, provider, key, actor, "
            "day, hour, or label:NAME. Of days and hours the finer one counts; by the hour at most 31 days at once, "
            "within the last 400.",
        ),
    ] = "day"
    format: FormatChoice | None = None
    REPEATED: ClassVar[frozenset[str]] = frozenset({"groupBy"})


class UsageQuery(UsageOfKeyQuery):
    """Which uses, and by what they are added up."""

    key: Annotated[Id | None, Field(description="Only with this access key.")] = None
