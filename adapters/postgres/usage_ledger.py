"""The request log and usage: calls of clients, kept as JSON in memory and written in batches."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
import psycopg
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.caller import Caller, acting_as, current_caller
from application.errors import Unavailable
from application.ports.clock import Clock
from application.repeat import Repeated
from application.usage.usage_ledger import COUNTING, TOKEN_KINDS, ModelCall, RequestRecord

_ADD: Final = SQL(statements("adapters.postgres", "usage.sql")["add_requests"]).format()
# With the time that writing takes, a call is in the log a second after its end.
_FLUSH_SECONDS: Final = 0.5
# So much waits for a database that is away, some tens of thousands of calls; what is beyond it is dropped, and logged.
_MOST_BYTES_WAITING: Final = 32 * 1024 * 1024
_MOST_A_STATEMENT: Final = 500
_ACTOR: Final = "usage"
# A provider chooses the content: nothing but what an id looks like is kept.
_UPSTREAM_ID: Final = re.compile(r"[\w.:=+/-]{1,200}", re.ASCII)

_log = logging.getLogger(__name__)


class PostgresUsageLedger:
    """Implements `application.usage.usage_ledger.UsageLedger`. Start and close it in the running loop, before the pool.

    The calls of half a second become one statement for each organization and 500 of them, which logs them and adds up
    what they used. While the database is away they wait. A call that was written already, because the connection broke
    at the commit, counts no more; only where no log is kept could it count twice. On SIGTERM `close` writes what there
    is; on SIGKILL at most a second's calls are lost. Without `keeps_requests` nothing is logged, and usage is counted.
    """

    def __init__(
        self,
        tenant: Tenant,
        clock: Clock,
        *,
        keeps_requests: bool = True,
        flush_seconds: float = _FLUSH_SECONDS,
        most_bytes_waiting: int = _MOST_BYTES_WAITING,
    ) -> None:
        self._tenant = tenant
        self._clock = clock
        self._keeps_requests = keeps_requests
        self._most_bytes_waiting = most_bytes_waiting
        self._waiting: dict[UUID, list[bytes]] = {}
        self._bytes_waiting = 0
        self._lost = 0
        self._flushing = Repeated(flush_seconds, self.flush)

    async def start(self) -> None:
        """Start writing every half second."""
        self._flushing.start()

    async def close(self) -> None:
        """Stop, and write the remaining calls."""
        await self._flushing.stop()
        await self.flush()
        if (waiting := sum(map(len, self._waiting.values()))) > 0:
            _log.error("%d calls could not be written to the request log and to usage; they are lost.", waiting)

    def record(self, request: RequestRecord) -> None:
        caller = current_caller()
        self._add(caller.organization_id, orjson.dumps(_row(request, caller, self._clock.now())))

    async def flush(self) -> None:
        """Write what there is. What cannot be written now is kept for the next time."""
        waiting, self._waiting, self._bytes_waiting = self._waiting, {}, 0
        while waiting:
            organization_id, rows = next(iter(waiting.items()))
            try:
                await self._write(organization_id, rows[:_MOST_A_STATEMENT])
            except Unavailable:
                _log.warning("Calls wait for the database, which cannot be reached.")
                # The others are the first of the next time: nobody waits for one organization's lock again and again.
                for later in [*(each for each in waiting if each != organization_id), organization_id]:
                    for row in waiting[later]:
                        self._add(later, row)
                break
            del rows[:_MOST_A_STATEMENT]
            if not rows:
                del waiting[organization_id]
        if self._lost:
            _log.error("%d calls are lost to the request log and to usage: too many wait for the database.", self._lost)
            self._lost = 0

    def _add(self, organization_id: UUID, row: bytes) -> None:
        if self._bytes_waiting + len(row) > self._most_bytes_waiting:
            self._lost += 1
            return
        self._waiting.setdefault(organization_id, []).append(row)
        self._bytes_waiting += len(row)

    async def _write(self, organization_id: UUID, rows: Sequence[bytes]) -> None:
        caller = Caller.of_service(organization_id, _ACTOR)
        parameters = {"requests": Jsonb(rows, dumps=_joined), "is_kept": self._keeps_requests}
        try:
            with acting_as(caller):
                await self._tenant.rows(_ADD, parameters)
        except psycopg.Error as error:
            if len(rows) == 1:
                _log.error("A call is lost: the database refuses its row (%s).", type(error).__name__)
                return
            # One of them is at fault, and the others should not be lost with it.
            for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
                await self._write(organization_id, half)


def _joined(rows: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"


def _row(request: RequestRecord, caller: Caller, ended_at: datetime) -> dict[str, Any]:
    """Return the call as `add_requests` takes it; the fields of the model are those of the last attempt."""
    last = request.last
    known = [use.cost_usd for use in request.uses if use.cost_usd is not None]
    is_counted = request.operation != COUNTING
    return {
        "ended_at": ended_at,
        "id": uuid4(),
        "request_id": caller.correlation_id,
        "actor": caller.actor,
        "access_key_id": caller.access_key_id,
        "labels": dict(caller.labels),
        "door": request.door,
        "operation": request.operation,
        "is_streamed": request.is_streamed,
        "model_asked": request.model_asked,
        "outcome": request.outcome,
        "attempts": [_attempt(use, is_counted=is_counted and use.was_called) for use in request.uses],
        "cost_usd": None if last is not None and last.cost_usd is None else str(sum(known)),
        "first_byte_ms": request.first_byte_ms,
        "duration_ms": request.duration_ms,
        "ignored_fields": request.ignored_fields,
    }


def _attempt(use: ModelCall, *, is_counted: bool) -> dict[str, Any]:
    attempt = {
        "model_id": use.model_id,
        "provider_id": use.provider_id,
        "provider_type": use.provider_type,
        "provider_model_id": use.provider_model_id,
        "outcome": use.outcome,
        "http_status": use.http_status,
        "latency_ms": use.latency_ms,
        "upstream_request_id": _id(use.upstream_request_id),
        "was_called": use.was_called,
        "is_counted": is_counted,
        "cost_usd": None if use.cost_usd is None else str(use.cost_usd),
        "cost_unknown": use.cost_unknown,
    }
    for kind in TOKEN_KINDS:
        tokens = getattr(use.tokens, kind)
        if tokens is not None:
            attempt[kind] = tokens
    return attempt


def _id(text: str | None) -> str | None:
    return text if text is not None and _UPSTREAM_ID.fullmatch(text) else None
