"""Runs a job, reports its progress and stores its outcome."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import UUID

from application.end_tasks import end_tasks
from application.errors import ApplicationError, Unavailable
from application.master_keys.rotate_master_key import RotateMasterKey
from application.ports.jobs import Job, JobInterrupted, Jobs, Order, Outcome
from application.ports.progress import NoProgress, Progress
from application.projections.project_event import TOPICS_OF
from application.projections.row_changes import Table
from application.rebuilding.projections import ProjectionNotFound
from application.rebuilding.rebuild_projections import RebuildProjections
from application.rebuilding.verify_projections import VerifyProjections
from entrypoints.administration.container import Administration
from entrypoints.http.answers.administration import ComparisonResult, RotateResult, UnreadableKey
from entrypoints.http.answers.response_model import document_of

Result = ComparisonResult | RotateResult
T = TypeVar("T")

NAMES: Final = tuple(TOPICS_OF)
"""The projections, in the order in which their tables may refer to each other."""

_BEAT_SECONDS: Final = 1.0
# Longer than a database takes to come back, or another one to take its place.
_PATIENCE_SECONDS: Final = 30.0
_UNFORESEEN: Final = {
    "code": "internal-error",
    "message": "An unexpected error occurred in the service and was logged.",
}


def projection_named(name: str) -> Table:
    """Return the name of a projection.

    Raises:
        ProjectionNotFound: there is none of this name.
    """
    if name not in NAMES:
        raise ProjectionNotFound
    return name


async def run_job(job: Job, administration: Administration, also: Progress | None = None) -> Result:
    """Run the job and return its result; `also` receives the progress too.

    Raises:
        JobInterrupted: somebody wanted it to stop.
        ApplicationError: it could not be done, for the reason that the job's error names as well.
    """
    # Rows are never part of a cycle, so that looking for cycles among them would only cost time.
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    jobs, counted = administration.jobs(), _Counted(also or NoProgress())
    working = asyncio.create_task(_done(job.order, administration, counted))
    beating = asyncio.create_task(_beat(jobs, job.id, counted, working))
    outcome: Outcome = "failed"
    result: Result | None = None
    error: Mapping[str, Any] | None = _UNFORESEEN
    try:
        result = await working
        outcome, error = "succeeded", None
    except ApplicationError as refusal:
        error = {"code": refusal.code, "message": refusal.message}
        raise
    except asyncio.CancelledError:
        outcome, error = "interrupted", {"code": JobInterrupted.code, "message": JobInterrupted().message}
        await end_tasks(working)
        raise JobInterrupted from None
    finally:
        await end_tasks(beating)
        # Where this cannot be written, the job will count as interrupted.
        with suppress(Unavailable):
            await once_reachable(lambda: jobs.note(job.id, counted.step, counted.done, counted.total))
            document = None if result is None else document_of(result)
            await once_reachable(lambda: jobs.finish(job.id, outcome, result=document, error=error))
    return result


async def once_reachable(work: Callable[[], Awaitable[T]]) -> T:
    """Do it, again and again while the database cannot be reached, for half a minute at most.

    Raises:
        Unavailable: it cannot be reached even then.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await work()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_BEAT_SECONDS)


async def _done(order: Order, administration: Administration, progress: Progress) -> Result:
    match order.kind:
        case "rotate-keys":
            rotated = await administration.rotate_master_key()(RotateMasterKey(), progress=progress)
            return RotateResult(
                active_id=rotated.active_id,
                rewrapped=rotated.rewrapped,
                unreadable=[UnreadableKey(organization_id=of, provider_id=id_) for of, id_ in rotated.unreadable],
                left=rotated.left,
            )
        case "rebuild":
            rebuild = RebuildProjections(names=_names(order), organization_id=order.organization_id)
            rebuilt = await administration.rebuild_projections()(rebuild, progress=progress)
            return ComparisonResult.model_validate(rebuilt)
        case "verify":
            verify = VerifyProjections(names=_names(order), organization_id=order.organization_id, full=order.is_full)
            verified = await administration.verify_projections()(verify, progress=progress)
            return ComparisonResult.model_validate(verified)


def _names(order: Order) -> Sequence[Table]:
    return NAMES if order.subject is None else [projection_named(order.subject)]


class _Counted:
    """Implements `application.ports.progress.Progress`: keeps the count, for whoever looks from time to time."""

    def __init__(self, also: Progress) -> None:
        self._also = also
        self.begun = asyncio.Event()
        self.step: str | None = None
        self.done = 0
        self.total = 0

    async def begin(self, step: str, total: int = 0) -> None:
        self.step, self.done, self.total = step, 0, total
        self.begun.set()
        await self._also.begin(step, total)

    async def advance(self, amount: int) -> None:
        self.done += amount
        await self._also.advance(amount)


async def _beat(jobs: Jobs, job_id: UUID, counted: _Counted, working: asyncio.Task[Result]) -> None:
    """Report the job's progress regularly, and when a step begins; stop the job on request."""
    while True:
        # While the database cannot be reached, the work itself finds out soon enough.
        with suppress(Unavailable):
            if await jobs.note(job_id, counted.step, counted.done, counted.total):
                working.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(counted.begun.wait(), _BEAT_SECONDS)
        counted.begun.clear()
