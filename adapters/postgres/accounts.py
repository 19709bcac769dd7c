"""Accounts in Postgres: each transaction sees the one that it names, by its id or by its address."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.sql import SQL

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements
from application.members.accounts import (
    ISSUER,
    MOST_PASSKEYS,
    Account,
    AccountGone,
    LastWayIn,
    Membership,
    NewPasskey,
    Passkey,
    PasskeyNotFound,
    TooManyPasskeys,
)
from application.members.addresses import search_text
from application.members.members import PasskeyTaken

_SQL: Final = statements("adapters.postgres", "accounts.sql")
_STATEMENTS: Final = {name: SQL(text).format().as_bytes() for name, text in _SQL.items()}

MOST_REMEMBERED: Final = 10_000
"""Subjects that this process refuses without querying the database."""


class PostgresAccounts:
    """Implements `application.members.accounts.Accounts`."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def find(self, address_digest: bytes) -> Account | None:
        [rows] = await self._results(("find",), {"address": address_digest.hex()})
        return _account(rows)

    async def get(self, person_id: UUID) -> Account:
        [rows] = await self._results(("find",), {"person_id": person_id})
        account = _account(rows)
        if account is None:
            raise AccountGone
        return account

    async def passkeys(self, person_id: UUID) -> Sequence[Passkey]:
        [rows] = await self._results(("passkeys",), {"person_id": person_id})
        return [
            Passkey(
                id=row[0],
                credential_id=row[1],
                public_key=row[2],
                sign_count=row[3],
                name=row[4],
                created_at=row[5],
                last_used_at=row[6],
            )
            for row in rows
        ]

    async def memberships(self, person_id: UUID) -> Sequence[Membership]:
        [rows] = await self._results(("memberships",), {"person_id": person_id})
        return [Membership(organization_id=row[0], member_id=row[1], role=row[2]) for row in rows]

    async def rename(self, person_id: UUID, name: str) -> None:
        [profiles] = await self._results(("profiles",), {"person_id": person_id})
        values = {
            "name": name,
            "organization_ids": [row[0] for row in profiles],
            "member_ids": [row[1] for row in profiles],
            "searches": [search_text(name, row[2]) for row in profiles],
        }
        await self._results(("rename", "rename_profiles"), {"person_id": person_id, **values})

    async def set_passphrase(self, person_id: UUID, hashed: str, *, instead_of: str | None) -> bool:
        values = {"person_id": person_id, "hashed": hashed, "instead_of": instead_of}
        [rows] = await self._results(("set_passphrase",), values)
        return bool(rows)

    async def add_passkey(self, person_id: UUID, passkey: NewPasskey) -> None:
        values = {
            "person_id": person_id,
            "id": passkey.id,
            "credential_id": passkey.credential_id,
            "public_key": passkey.public_key,
            "sign_count": passkey.sign_count,
            "name": passkey.name,
            "most": MOST_PASSKEYS,
        }
        try:
            _, rows = await self._results(("lock", "add_passkey"), values)
        except psycopg.errors.UniqueViolation:
            raise PasskeyTaken from None
        if not rows:
            raise TooManyPasskeys

    async def remove_passkey(self, person_id: UUID, passkey_id: UUID) -> None:
        values = {"person_id": person_id, "id": passkey_id}
        _, removed, [[is_held]] = await self._results(("lock", "remove_passkey", "has_passkey"), values)
        if not removed:
            raise LastWayIn if is_held else PasskeyNotFound

    async def note_use(self, person_id: UUID, passkey: Passkey, *, sign_count: int, challenge: bytes) -> bool:
        values = {"person_id": person_id, "id": passkey.id, "sign_count": sign_count, "challenge": challenge}
        [[[counts]]] = await self._results(("note_use",), values)
        return bool(counts)

    async def note_challenge(self, challenge: bytes) -> bool:
        [rows] = await self._results(("note_challenge",), {"challenge": challenge})
        return bool(rows)

    async def note_sign_in(self, person_id: UUID) -> None:
        await self._results(("note_sign_in",), {"person_id": person_id})

    async def erase(self, person_id: UUID) -> None:
        names = ("erase_profiles", "erase_passkeys", "erase_sessions", "erase")
        session_person = sha256(f"{ISSUER}\n{person_id}".encode()).hexdigest()
        await self._results(names, {"person_id": person_id, "session_person": session_person})

    async def _results(self, names: tuple[str, ...], values: Mapping[str, Any]) -> list[list[tuple[Any, ...]]]:
        """Run the statements in one transaction and one round trip; they see the account that `values` name."""
        parameters = {"person_id": "", "address": "", "session_person": "", **values}
        with reachable():
            async with self._pool.connection() as connection:
                async with connection.pipeline():
                    await connection.execute(_STATEMENTS["scope"], parameters, prepare=True)
                    cursors = [await connection.execute(_STATEMENTS[name], parameters, prepare=True) for name in names]
                return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


class PostgresSignInAttempts:
    """Implements `application.members.accounts.SignInAttempts`, and remembers subjects that have to wait."""

    def __init__(self, pool: AnyPool, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._timer = timer
        self._refused_until: OrderedDict[bytes, float] = OrderedDict()

    async def take(self, subject: str, most: int, seconds: int) -> int:
        digest = _digest(subject)
        remembered = self._refused_until.get(digest, 0.0) - self._timer()
        if remembered > 0:
            return max(1, round(remembered))
        values = {"subject": digest, "seconds": float(seconds)}
        [(attempts, remaining)] = await self._rows("take_attempt", values)
        if attempts <= most:
            return 0
        wait = max(1, int(remaining))
        self._refused_until[digest] = self._timer() + wait
        self._refused_until.move_to_end(digest)
        if len(self._refused_until) > MOST_REMEMBERED:
            self._refused_until.popitem(last=False)
        return wait

    async def forget(self, subject: str) -> None:
        await self._rows("forget_attempts", {"subject": _digest(subject)})

    async def give_back(self, subject: str) -> None:
        await self._rows("give_back_attempt", {"subject": _digest(subject)})

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with reachable():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_STATEMENTS[name], values, prepare=True)
                return await cursor.fetchall() if cursor.description else []


class PostgresAccountCleanup:
    """Implements `application.members.accounts.AccountCleanup` on the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def sweep(self, limit: int) -> int:
        names = ("sweep_attempts", "sweep_challenges", "sweep_passkeys", "sweep_accounts")
        with reachable():
            async with self._pool.connection() as connection:
                counts = [(await connection.execute(_STATEMENTS[name], {"limit": limit})).rowcount for name in names]
        return max(counts)


def _account(rows: Sequence[tuple[Any, ...]]) -> Account | None:
    if not rows:
        return None
    person_id, address, name, passphrase = rows[0]
    return Account(id=person_id, address=address, name=name, passphrase=passphrase)


def _digest(subject: str) -> bytes:
    return sha256(subject.encode("utf-8", "replace")).digest()
