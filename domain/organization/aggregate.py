"""The Organization aggregate."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import AggregateCreated, event

from domain.budget import Budgeted
from domain.names import checked_name
from domain.organization.values import checked_quotas
from domain.root import Removable, Root


class Organization(Root, Budgeted, Removable):
    """A tenant with a name. Its id is the organization id in the tokens of its members."""

    TOPIC = "organization"

    class Registered(Root.Event, AggregateCreated):
        TOPIC = "organization.registered"
        name: str

    class Renamed(Root.Event):
        TOPIC = "organization.renamed"
        name: str

    class LimitsChanged(Root.Event):
        TOPIC = "organization.limits-changed"
        class_version = 2
        quotas: dict[str, int]

        @staticmethod
        def upcast_v1_v2(facts: dict[str, Any]) -> None:
            """There were three limits, each in a field of its own."""
            names = {
                "requestsPerMinute": "requests_per_minute",
                "tokensPerMinute": "tokens_per_minute",
                "concurrent": "concurrent",
            }
            limits = {name: facts.pop(field) for name, field in names.items()}
            facts["quotas"] = {name: limit for name, limit in sorted(limits.items()) if limit is not None}

    class BudgetChanged(Root.Event):
        TOPIC = "organization.budget-changed"
        budget_usd: Decimal | None
        budget_period: str | None

    class BudgetThresholdReached(Root.Event):
        TOPIC = "organization.budget-threshold-reached"
        percent: int
        budget_usd: Decimal
        budget_period: str
        since: datetime | None

    class Removed(Root.Event):
        TOPIC = "organization.removed"

    class Restored(Root.Event):
        TOPIC = "organization.restored"
        lost_from: int
        lost_until: int

    @classmethod
    def register(cls, organization_id: UUID, *, name: str) -> Self:
        """Register the organization under a name."""
        return cls._create(cls.Registered, id=organization_id, name=checked_name(name))

    @event(Registered)
    def __init__(self, name: str) -> None:
        self.name = name
        self.quotas: dict[str, int] = {}
        self.budget_usd: Decimal | None = None
        self.budget_period: str | None = None

    def rename(self, name: str) -> None:
        """Rename the organization. No event if the name is unchanged."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def change_quotas(self, quotas: Mapping[str, int]) -> None:
        """Replace all quotas of the organization's own, by their names; 0: no limit. No event if they are unchanged.

        What is not named is as the installation has it.
        """
        checked = checked_quotas(quotas)
        if checked != self.quotas:
            self._limits_changed(quotas=checked)

    def restore(self, lost_from: int, lost_until: int) -> None:
        """Record that a restored backup lacks the events of the organization between two sequence numbers."""
        self._restored(lost_from=lost_from, lost_until=lost_until)

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(LimitsChanged)
    def _limits_changed(self, quotas: dict[str, int]) -> None:
        self.quotas = quotas

    @event(BudgetChanged)
    def _budget_changed(self, budget_usd: Decimal | None, budget_period: str | None) -> None:
        self.budget_usd = budget_usd
        self.budget_period = budget_period

    @event(BudgetThresholdReached)
    def _threshold_reached(self, percent: int, budget_usd: Decimal, budget_period: str, since: datetime | None) -> None:
        """Nothing changes: the event only records what was spent."""

    @event(Restored)
    def _restored(self, lost_from: int, lost_until: int) -> None:
        """Nothing changes: the event only records that the log lost events."""

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
