"""Sessions of people who have signed in, in Postgres. Each statement sees one session, or those of one person."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements
from application.errors import Unavailable
from application.sign_in.sign_in_sessions import MOST_SESSIONS_OF_A_PERSON, SignedInPerson, SignInSession

_SQL: Final = statements("adapters.postgres", "sign_in_sessions.sql")
_STATEMENTS: Final = {name: SQL(text).format().as_bytes() for name, text in _SQL.items()}

RENEWAL_SECONDS: Final = 60.0
"""So much of the time without use may have passed before a use is written down."""


class PostgresSignInSessions:
    """Implements `application.sign_in.sign_in_sessions.SignInSessions`; times are the database's."""

    def __init__(self, pool: AnyPool, *, idle_seconds: float, lifetime_seconds: float) -> None:
        self._pool = pool
        self._seconds = {
            "idle_seconds": idle_seconds,
            "lifetime_seconds": lifetime_seconds,
            "renewal_seconds": min(RENEWAL_SECONDS, idle_seconds / 10),
        }

    async def begin(self, person: SignedInPerson) -> SignInSession:
        session_id = uuid4()
        values = {
            "id": session_id,
            "person": _digest_of(person),
            "person_id": person.person_id,
            "actor": person.actor,
            "memberships": Jsonb({str(id_): role for id_, role in person.memberships.items()}),
            "is_platform_admin": person.is_platform_admin,
            "most": MOST_SESSIONS_OF_A_PERSON,
        }
        await self._results(("begin", "end_surplus"), values)
        session = await self.use(session_id)
        if session is None:
            raise Unavailable
        return session

    async def use(self, session_id: UUID) -> SignInSession | None:
        rows, _, members = await self._results(("find", "scope_of_person", "memberships"), {"id": session_id})
        if not rows:
            return None
        actor, memberships, is_platform_admin, ends_at, is_due, begun_at, person_id = rows[0]
        if is_due:
            await self._results(("renew",), {"id": session_id})
        return SignInSession(
            id=session_id,
            actor=actor,
            memberships={UUID(id_): role for id_, role in memberships.items()}
            | {organization_id: role for organization_id, _, role in members},
            is_platform_admin=is_platform_admin,
            ends_at=ends_at,
            begun_at=begun_at,
            person_id=person_id,
            member_ids={organization_id: member_id for organization_id, member_id, _ in members},
        )

    async def end(self, session_id: UUID) -> None:
        await self._results(("end",), {"id": session_id})

    async def end_others(self, person: SignedInPerson, session_id: UUID) -> None:
        await self._results(("end_others",), {"id": session_id, "person": _digest_of(person)})

    async def _results(self, names: tuple[str, ...], values: Mapping[str, Any]) -> list[list[tuple[Any, ...]]]:
        """Run the statements in one transaction and one round trip; they see what `values` name."""
        parameters = {"person": "", **self._seconds, **values}
        with reachable():
            async with self._pool.connection() as connection:
                async with connection.pipeline():
                    await connection.execute(_STATEMENTS["scope"], parameters, prepare=True)
                    cursors = [await connection.execute(_STATEMENTS[name], parameters, prepare=True) for name in names]
                return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


def _digest_of(person: SignedInPerson) -> str:
    return hashlib.sha256(f"{person.issuer}\n{person.actor}".encode()).hexdigest()


class PostgresEndedSessions:
    """Implements `application.sign_in.sign_in_sessions.EndedSessions` on the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def sweep(self, limit: int) -> int:
        with reachable():
            async with self._pool.connection() as connection:
                return (await connection.execute(_STATEMENTS["sweep"], {"limit": limit})).rowcount
