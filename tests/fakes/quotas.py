"""Quotas of organizations, kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from application.bounds.organization_quotas import OrganizationQuotas
from application.bounds.quotas import DEFAULTS
from application.bounds.shares import Shares
from application.bounds.stocks import Stocks
from application.errors import Unavailable
from tests.fakes.clock import FakeTimer


class FakeQuotas:
    """What was changed for organizations; nothing is said about it while `is_away`."""

    def __init__(self) -> None:
        self.own: dict[UUID, Mapping[str, int]] = {}
        self.is_away = False
        self.reads = 0

    async def read(self, organization_id: UUID) -> Mapping[str, int]:
        self.reads += 1
        if self.is_away:
            raise Unavailable
        return self.own.get(organization_id, {})


def quotas_of_all(**amounts: int) -> OrganizationQuotas:
    """Return the quotas of organizations for which nothing was changed: the usual ones, some of them others."""
    return OrganizationQuotas(FakeQuotas(), FakeTimer(), DEFAULTS.changed(amounts))


def shares_of_all(**amounts: int) -> Shares:
    """Return shares of organizations that have these quotas besides the usual ones."""
    return Shares(quotas_of_all(**amounts))


@dataclass
class FakeStoredAmounts:
    """What is kept of every organization, as the test says."""

    amounts: dict[str, int] = field(
        default_factory=lambda: {"providers": 0, "models": 0, "keptAnswers": 0, "keptAnswerBytes": 0}
    )
    counts: int = 0

    async def registered(self) -> Mapping[str, int]:
        self.counts += 1
        return self.amounts

    async def kept_answers(self) -> Mapping[str, int]:
        self.counts += 1
        return self.amounts


def stocks_of_all(stored: FakeStoredAmounts | None = None, **amounts: int) -> Stocks:
    """Return stocks of organizations that have these quotas besides the usual ones."""
    return Stocks(quotas_of_all(**amounts), stored or FakeStoredAmounts(), FakeTimer())
