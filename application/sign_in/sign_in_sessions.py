"""The sessions of people who have signed in, kept at the server so that signing out ends them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from application.errors import Unavailable
from application.members.accounts import AccountCleanup

MOST_SESSIONS_OF_A_PERSON: Final = 20
"""A new one ends the one that was used longest ago."""

SWEEP_SECONDS: Final = 600.0
MOST_ROWS_A_SWEEP: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInPerson:
    """Whom the issuer has vouched for: an actor with a role in each organization, by the organization's id.

    With an account of this service, `person_id` names it, and its memberships are looked up with every use.
    """

    issuer: str
    actor: str
    memberships: Mapping[UUID, str]
    is_platform_admin: bool
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """A session that has not ended. It ends at `ends_at` at the latest.

    With an account, `member_ids` are the actors that it is in its organizations.
    """

    id: UUID
    actor: str
    memberships: Mapping[UUID, str]
    is_platform_admin: bool
    ends_at: datetime
    begun_at: datetime
    person_id: UUID | None = None
    member_ids: Mapping[UUID, UUID] = field(default_factory=dict)

    def actor_in(self, organization_id: UUID | None) -> str:
        """Return the actor of what is done in an organization."""
        member_id = None if organization_id is None else self.member_ids.get(organization_id)
        return self.actor if member_id is None else str(member_id)


class SignInSessions(Protocol):
    """Keeps sessions. One that nobody uses for a while ends, and each ends some time after it has begun.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def begin(self, person: SignedInPerson) -> SignInSession:
        """Begin a session; of more than `MOST_SESSIONS_OF_A_PERSON` the one used longest ago ends."""
        ...

    async def use(self, session_id: UUID) -> SignInSession | None:
        """Return the session, which was used at this moment; none if it has ended."""
        ...

    async def end(self, session_id: UUID) -> None:
        """End the session. Does nothing if it has ended."""
        ...

    async def end_others(self, person: SignedInPerson, session_id: UUID) -> None:
        """End all sessions of the person but this one."""
        ...


class EndedSessions(Protocol):
    """Deletes what is left of sessions that have ended."""

    async def sweep(self, limit: int) -> int:
        """Delete ended sessions, at most `limit`, and return how many.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


async def sweep_sessions_for_ever(
    *, ended: EndedSessions, accounts: AccountCleanup, pause_seconds: float = SWEEP_SECONDS
) -> None:
    """Delete ended sessions and forgotten accounts every ten minutes; runs until cancelled.

    While the database is away, none is deleted.
    """
    while True:
        with suppress(Unavailable):
            while await ended.sweep(MOST_ROWS_A_SWEEP) == MOST_ROWS_A_SWEEP:
                pass
            while await accounts.sweep(MOST_ROWS_A_SWEEP) == MOST_ROWS_A_SWEEP:
                pass
        await asyncio.sleep(pause_seconds)
