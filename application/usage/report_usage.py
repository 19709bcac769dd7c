"""What models were used for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.errors import InvalidInput
from application.usage.usage_ledger import UsageFilter

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from application.ports.clock import Clock
    from application.usage.usage_ledger import Grouping, UsageReport, UsageReports

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 366
MOST_GROUPS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUsage:
    """Add up the uses of the days from the first to the last (UTC). Viewers and up.

    Without days it is the last 30, today included; at most 366 days.
    """

    first: date | None = None
    last: date | None = None
    model_id: UUID | None = None
    provider_id: UUID | None = None
    grouping: Grouping = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageOfDays:
    """The report, and the days it is about."""

    first: date
    last: date
    report: UsageReport


async def report_usage(query: ReportUsage, *, reports: UsageReports, clock: Clock) -> UsageOfDays:
    """Return the sums, removed models included; uses appear about a second after they happened.

    Raises:
        InvalidInput: the days are in the wrong order, or too many.
        Unavailable: the database cannot be reached.
    """
    last = query.last or max(clock.now().date(), query.first or clock.now().date())
    first = query.first or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise InvalidInput("?from", "The first day (from) is after the last (to).")
    if last - first >= timedelta(days=MOST_DAYS):
        raise InvalidInput("?from", f"At most {MOST_DAYS} days at once; ask for parts of them.")
    filters = UsageFilter(first=first, last=last, model_id=query.model_id, provider_id=query.provider_id)
    return UsageOfDays(first=first, last=last, report=await reports.read(filters, query.grouping, MOST_GROUPS))
