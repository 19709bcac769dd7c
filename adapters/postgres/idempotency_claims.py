"""Idempotency keys, in Postgres."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.caller import current_caller
from application.errors import Unavailable
from application.ports.clock import Clock
from application.ports.idempotency_claims import ANSWERS_KEPT, Claim, Claimed, InFlight, Mismatch, Replay

_LEFT_OPEN_SECONDS: Final = 20.0
"""As long as a claim is left alone that another process has left open."""

_SQL: Final = composed_statements("adapters.postgres", "idempotency_claims.sql")


class PostgresClaims:
    """Implements `application.ports.idempotency_claims.Claims`.

    A claim that this process could not settle, because the database was away, is free at once; one that a dead
    process has left open after some seconds, and so is one from a time to come, which a clock that was set back leaves
    behind. Should its process be at work after all, that does no harm: the log applies a command once.
    """

    def __init__(self, tenant: Tenant, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock
        self._unsettled: dict[tuple[UUID, str], float] = {}

    async def claim(self, key: str, fingerprint: bytes, command_id: UUID) -> Claim:  # noqa: ARG002 - see the port
        now, left_open = self._clock.now(), timedelta(seconds=_LEFT_OPEN_SECONDS)
        times = {
            "now": now,
            "expired_before": now - ANSWERS_KEPT,
            "abandoned_before": now - left_open,
            "impossible_after": now + left_open,
        }
        with self._settling(key) as was_left_open:
            _, claimed, held = await self._tenant.results(
                (_SQL["forget_claims"], times),
                (_SQL["claim"], {**times, "key": key, "fingerprint": fingerprint, "was_left_open": was_left_open}),
                (_SQL["claimed"], {"key": key}),
            )
        if claimed or not held:
            return Claimed(is_first=bool(claimed and claimed[0][0]))
        known_fingerprint, is_complete, status, headers, body = held[0]
        if known_fingerprint != fingerprint:
            return Mismatch()
        return Replay(status, headers, body) if is_complete else InFlight()

    async def hold(self, key: str) -> None:
        await self._tenant.rows(_SQL["hold_claim"], {"key": key, "now": self._clock.now()})

    async def complete(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        answer = {"status": status, "headers": Jsonb(dict(headers)), "body": body}
        parameters = {"key": key, "now": self._clock.now(), **answer}
        with self._settling(key):
            await self._tenant.rows(_SQL["complete_claim"], parameters)

    async def leave_open(self, key: str) -> None:
        with self._settling(key):
            abandoned = self._clock.now() - timedelta(seconds=_LEFT_OPEN_SECONDS + 1)
            await self._tenant.rows(_SQL["leave_claim_open"], {"key": key, "abandoned": abandoned})

    async def release(self, key: str) -> None:
        with self._settling(key):
            await self._tenant.rows(_SQL["release_claim"], {"key": key})

    @contextmanager
    def _settling(self, key: str) -> Iterator[bool]:
        """Yield whether the key was left open before, and remember it until its outcome is known."""
        place = (current_caller().organization_id, key)
        was_left_open = self._unsettled.pop(place, 0.0) > monotonic() - _LEFT_OPEN_SECONDS
        try:
            yield was_left_open
        except Unavailable:
            self._forget_the_old()
            self._unsettled[place] = monotonic()
            raise

    def _forget_the_old(self) -> None:
        oldest = monotonic() - _LEFT_OPEN_SECONDS
        for place in [place for place, since in self._unsettled.items() if since < oldest]:
            del self._unsettled[place]
