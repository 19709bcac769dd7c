"""Usage records, summed in memory and written every second."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL

from adapters.sql import statements
from application.caller import Caller, acting_as, current_caller
from application.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from adapters.postgres.tenant_statements import Tenant
    from application.ports.clock import Clock
    from application.usage.usage_ledger import Use

_ADD: Final = SQL(statements("adapters.postgres", "usage.sql")["add_usage"]).format()
_FLUSH_SECONDS: Final = 1.0
# So many sums wait for a database that is away; what is beyond them is dropped, and logged.
_MOST_WAITING: Final = 100_000
_ACTOR: Final = "usage"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Sum:
    provider_id: UUID
    provider_model_id: str
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unknown_costs: int = 0
    latency_ms_total: float = 0.0
    latency_ms_max: float = 0.0

    def add(self, other: _Sum) -> None:
        self.requests += other.requests
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost_usd += other.cost_usd
        self.unknown_costs += other.unknown_costs
        self.latency_ms_total += other.latency_ms_total
        self.latency_ms_max = max(self.latency_ms_max, other.latency_ms_max)


_Key = tuple["date", UUID, str]
"""Day, model and outcome: the order of the table's key, within one organization."""


class PostgresUsageLedger:
    """Implements `application.usage.usage_ledger.UsageLedger`. Start and close it in the running loop, before the pool.

    The sums of a second become one statement for each organization. While the database is away they wait, and are
    added up further; only a connection that breaks at the commit can make them count twice. On SIGTERM `close` writes
    what there is; on SIGKILL at most about a second of use is lost.
    """

    def __init__(self, tenant: Tenant, clock: Clock, *, flush_seconds: float = _FLUSH_SECONDS) -> None:
        self._tenant = tenant
        self._clock = clock
        self._flush_seconds = flush_seconds
        self._sums: dict[UUID, dict[_Key, _Sum]] = defaultdict(dict)
        self._waiting = 0
        self._stopping = asyncio.Event()
        self._flushing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start writing every second."""
        self._flushing = asyncio.create_task(self._flush_for_ever())

    async def close(self) -> None:
        """Stop, and write the remaining sums."""
        self._stopping.set()
        if self._flushing is not None:
            await self._flushing
        await self.flush()
        if self._waiting:
            _log.error("The figures of %d uses could not be written and are lost.", self._waiting)

    def record(self, use: Use) -> None:
        self._add(
            current_caller().organization_id,
            (self._clock.now().date(), use.model_id, use.outcome),
            _Sum(
                provider_id=use.provider_id,
                provider_model_id=use.provider_model_id,
                requests=1,
                input_tokens=use.input_tokens,
                output_tokens=use.output_tokens,
                cost_usd=use.cost_usd or Decimal(0),
                unknown_costs=int(use.cost_usd is None),
                latency_ms_total=use.latency_ms,
                latency_ms_max=use.latency_ms,
            ),
        )

    async def flush(self) -> None:
        """Write the sums. What cannot be written now is kept for the next time."""
        pending, self._sums, self._waiting = self._sums, defaultdict(dict), 0
        for organization_id, sums in pending.items():
            try:
                await self._write(organization_id, sums)
            except Unavailable:
                _log.warning("Figures of use wait for the database, which cannot be reached.")
                for key, waiting in sums.items():
                    self._add(organization_id, key, waiting)
            except psycopg.Error as error:
                _log.error("Figures of use are lost: the database refuses them (%s).", type(error).__name__)

    def _add(self, organization_id: UUID, key: _Key, added: _Sum) -> None:
        sums = self._sums[organization_id]
        held = sums.get(key)
        if held is not None:
            held.add(added)
        elif self._waiting < _MOST_WAITING:
            sums[key] = added
            self._waiting += 1
        else:
            _log.error("The figures of a use are lost: too many wait for the database.")

    async def _flush_for_ever(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._flush_seconds):
                    await self._stopping.wait()
            await self.flush()

    async def _write(self, organization_id: UUID, sums: Mapping[_Key, _Sum]) -> None:
        caller = Caller(organization_id=organization_id, actor=_ACTOR, command_id=uuid4(), correlation_id=_ACTOR)
        with acting_as(caller):
            await self._tenant.rows(_ADD, _columns(sums))


def _columns(sums: Mapping[_Key, _Sum]) -> dict[str, Any]:
    keys, values = list(sums), list(sums.values())
    return {
        "days": [day for day, _, _ in keys],
        "model_ids": [model_id for _, model_id, _ in keys],
        "outcomes": [outcome for _, _, outcome in keys],
        "provider_ids": [value.provider_id for value in values],
        "provider_model_ids": [value.provider_model_id for value in values],
        "requests": [value.requests for value in values],
        "input_tokens": [value.input_tokens for value in values],
        "output_tokens": [value.output_tokens for value in values],
        "costs": [value.cost_usd for value in values],
        "unknown_costs": [value.unknown_costs for value in values],
        "totals": [value.latency_ms_total for value in values],
        "longest": [value.latency_ms_max for value in values],
    }
