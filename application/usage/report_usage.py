"""What models were used for."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from application.errors import InvalidInput
from application.ports.clock import Clock
from application.usage.usage_ledger import Grouping, UsageFilter, UsageReport, UsageReports

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 366
MOST_DAYS_BY_HOUR: Final = 31
MOST_GROUPS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUsage:
    """Add up the uses of the days from the first to the last (UTC). Viewers and up.

    Without days it is the last 30, today included; at most 366 days, and 31 by the hour.
    """

    first: date | None = None
    last: date | None = None
    model_id: UUID | None = None
    provider_id: UUID | None = None
    access_key_id: UUID | None = None
    actor: str | None = None
    label: tuple[str, str] | None = None
    grouping: Grouping = field(default_factory=Grouping)
    most_groups: int = MOST_GROUPS


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageOfDays:
    """The report, and the days it is about."""

    first: date
    last: date
    report: UsageReport


async def report_usage(query: ReportUsage, *, reports: UsageReports, clock: Clock) -> UsageOfDays:
    """Return the sums, removed models included; uses appear at most a second after the client's call has ended.

    Raises:
        InvalidInput: the days are in the wrong order, or too many.
        Unavailable: the database cannot be reached.
    """
    last = query.last or max(clock.now().date(), query.first or clock.now().date())
    first = query.first or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise InvalidInput("?from", "The first day (from) is after the last (to).")
    if last - first >= timedelta(days=MOST_DAYS):
        raise InvalidInput("?from", f"At most {MOST_DAYS} days at once; request a shorter period.")
    if "hour" in query.grouping.dimensions and last - first >= timedelta(days=MOST_DAYS_BY_HOUR):
        raise InvalidInput("?from", f"At most {MOST_DAYS_BY_HOUR} days at once by the hour; request a shorter period.")
    filters = UsageFilter(
        first=first,
        last=last,
        model_id=query.model_id,
        provider_id=query.provider_id,
        access_key_id=query.access_key_id,
        actor=query.actor,
        label=query.label,
    )
    return UsageOfDays(first=first, last=last, report=await reports.read(filters, query.grouping, query.most_groups))
