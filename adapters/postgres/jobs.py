"""Administrators' jobs, in Postgres."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from psycopg.types.json import Jsonb

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements
from application.ports.clock import Clock
from application.ports.jobs import Job, JobNotFound, Order, Outcome, TooManyJobs

_UNDER_WAY: Final = {"queued", "running"}
_SILENCE: Final = timedelta(seconds=15)
_SQL: Final = statements("adapters.postgres", "jobs.sql")
# Each has a process of its own, also while it waits.
_MOST_UNDER_WAY: Final = 20


class PostgresJobs:
    """Implements `application.ports.jobs.Jobs` on a pool of the administrators' login."""

    def __init__(self, pool: AnyPool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def add(self, order: Order) -> Job:
        job_id = uuid4()
        parameters: dict[str, object] = {"isFull": order.is_full}
        if order.organization_id is not None:
            parameters["organizationId"] = str(order.organization_id)
        added = await self._one(
            "add_job",
            id=job_id,
            kind=order.kind,
            subject=order.subject,
            parameters=Jsonb(parameters),
            requested_by=order.requested_by,
            correlation_id=order.correlation_id,
            reason=order.reason,
            now=(now := self._clock.now()),
            earliest=now - _SILENCE,
            latest=now + _SILENCE,
            most=_MOST_UNDER_WAY,
        )
        if added is None:
            raise TooManyJobs
        await self._run("forget_jobs")
        return await self.get(job_id)

    async def get(self, job_id: UUID) -> Job:
        jobs = await self._jobs("job", id=job_id)
        if not jobs:
            raise JobNotFound
        return jobs[0]

    async def newest(self, limit: int) -> Sequence[Job]:
        return await self._jobs("jobs", limit=limit)

    async def note(self, job_id: UUID, step: str | None, done: int, total: int) -> bool:
        now = self._clock.now()
        return bool(await self._one("note_job", id=job_id, step=step, done=done, total=total, now=now))

    async def cancel(self, job_id: UUID) -> None:
        await self._run("cancel_job", id=job_id)

    async def finish(
        self, job_id: UUID, outcome: Outcome, *, result: Mapping[str, Any] | None, error: Mapping[str, Any] | None
    ) -> None:
        await self._run(
            "finish_job",
            id=job_id,
            state=outcome,
            result=None if result is None else Jsonb(result, dumps=orjson.dumps),
            error=None if error is None else Jsonb(dict(error)),
            now=self._clock.now(),
        )

    async def _jobs(self, name: str, **parameters: object) -> Sequence[Job]:
        with reachable():
            async with self._pool.connection() as connection:
                rows = await (await connection.execute(_SQL[name], parameters)).fetchall()
        return [_job(row, self._clock.now()) for row in rows]

    async def _one(self, name: str, **parameters: object) -> object:
        """Return the first value, or None if there is no row."""
        with reachable():
            async with self._pool.connection() as connection:
                row = await (await connection.execute(_SQL[name], parameters)).fetchone()
        return None if row is None else row[0]

    async def _run(self, name: str, **parameters: object) -> None:
        with reachable():
            async with self._pool.connection() as connection:
                await connection.execute(_SQL[name], parameters)


def _job(row: tuple[Any, ...], now: datetime) -> Job:
    organization_id = row[3].get("organizationId")
    order = Order(
        kind=row[1],
        subject=row[2],
        organization_id=None if organization_id is None else UUID(organization_id),
        is_full=bool(row[3].get("isFull")),
        requested_by=row[4],
        correlation_id=row[5],
        reason=row[6],
    )
    return Job(
        id=row[0],
        order=order,
        # Whatever its last state: it sent no heartbeat for a while, or at a time that is still to come.
        state="interrupted" if row[7] in _UNDER_WAY and abs(now - row[16]) > _SILENCE else row[7],
        step=row[8],
        done=row[9],
        total=row[10],
        result=row[11],
        error=row[12],
        created_at=row[13],
        started_at=row[14],
        finished_at=row[15],
    )
