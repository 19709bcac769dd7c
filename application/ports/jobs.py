"""What administrators have started: kept where every process sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from application.errors import ApplicationError, Conflict, NotFound

Kind = Literal["rebuild", "verify", "rotate-keys"]
State = Literal["queued", "running", "succeeded", "failed", "interrupted"]
Outcome = Literal["succeeded", "failed", "interrupted"]


class JobNotFound(NotFound):
    """There is no such job; only the newest are kept."""

    code = "job-not-found"


class JobInterrupted(ApplicationError):
    """It was stopped. What was done is right, and it can be run again."""

    code = "interrupted"


class TooManyJobs(Conflict):
    """Twenty jobs are queued or running already: wait until some have ended, or cancel them."""

    code = "too-many-jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who wants what done, and why.

    `subject`: the projection, all of them where it is none; `is_full`: what was proved before is looked at again.
    """

    kind: Kind
    subject: str | None = None
    organization_id: UUID | None = None
    is_full: bool = False
    requested_by: str
    correlation_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job and its state. A job whose process sent no heartbeat for some seconds is interrupted.

    `done` of `total` is how far the present step is; a total of 0 is not known. `result` and `error` are documents.
    """

    id: UUID
    order: Order
    state: State
    step: str | None
    done: int
    total: int
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(Protocol):
    """The newest thousand jobs."""

    async def add(self, order: Order) -> Job:
        """Keep a new job, queued.

        Raises:
            TooManyJobs: others wait already.
        """
        ...

    async def get(self, job_id: UUID) -> Job:
        """Return a job as it is now.

        Raises:
            JobNotFound: there is none.
        """
        ...

    async def newest(self, limit: int) -> Sequence[Job]:
        """Return the newest jobs, the newest first."""
        ...

    async def note(self, job_id: UUID, step: str | None, done: int, total: int) -> bool:
        """Note how far the job is; without a step it waits for its turn. Return whether somebody wants it to stop."""
        ...

    async def cancel(self, job_id: UUID) -> None:
        """Want the job to stop, which its process sees within seconds; one that has ended stays as it is."""
        ...

    async def finish(
        self, job_id: UUID, outcome: Outcome, *, result: Mapping[str, Any] | None, error: Mapping[str, Any] | None
    ) -> None:
        """Note how the job ended. One that ended before stays as it is."""
        ...
