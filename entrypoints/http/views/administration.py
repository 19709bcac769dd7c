"""Routes of platform administrators' work across organizations."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from application.master_keys.credential_stock import CredentialStock, RotationUnderWay
from application.master_keys.list_master_keys import MasterKeyStatus
from application.ports.jobs import JobNotFound, Jobs, Kind, Order, TooManyJobs
from application.rebuilding.projections import ProjectionNotFound, Projections
from entrypoints.administration.job_launcher import Launcher
from entrypoints.administration.run_job import projection_named
from entrypoints.http.answers.administration import Job, JobList, MasterKeyList, ProjectionList
from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Body, Id, Query, Whole
from entrypoints.http.json_responses import json_response, resource_location
from entrypoints.http.parse_request import json_body, path_id, query_of
from entrypoints.http.request_context import context_of, principal_of
from entrypoints.http.routes import Answer, endpoint

JOBS = "/api/admin/jobs"

_STARTED = {202: Answer(description="The job that does it.", schema=Job, headers=("Location",))}


class Rebuilding(Body):
    """Which rows."""

    organization_id: Annotated[Id | None, Field(description="The rows of this organization alone.")] = None


class Verifying(Rebuilding):
    """Which rows, and whether those are compared again that are known to be right."""

    full: Annotated[
        bool, Field(description="Also fold organizations again of which nothing has changed since they were verified.")
    ] = False


class JobsQuery(Query):
    """Which jobs."""

    limit: Annotated[Whole, Field(ge=1, le=200, description="How many at most.")] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationViews:
    """Turns administrators' requests into jobs, and reports them."""

    projections: Projections
    jobs: Jobs
    stock: CredentialStock
    list_keys: Callable[[], Awaitable[Sequence[MasterKeyStatus]]]
    launcher: Launcher

    @endpoint(
        "GET",
        "/api/admin/projections",
        access=Access.PLATFORM,
        tag="administration",
        answers={200: Answer(description="All projections.", schema=ProjectionList)},
    )
    async def list_projections(self, _: web.Request) -> web.Response:
        """List the projections

        How many events they follow from, how many rows each has, when it was last rebuilt, and of how many
        organizations it was verified up to their newest event.
        """
        return json_response(ProjectionList.model_validate({"data": await self.projections.statuses()}))

    @endpoint(
        "POST",
        "/api/admin/projections/{name}/rebuild",
        access=Access.PLATFORM,
        tag="administration",
        body=Rebuilding,
        body_required=False,
        answers=_STARTED,
        problems=(ProjectionNotFound, TooManyJobs),
    )
    async def rebuild_projection(self, request: web.Request) -> web.Response:
        """Rebuild a projection

        The log is folded, organization by organization, and rows that differ from it are written in place, while
        reads and writes continue. The job's result names these rows, and the events that cannot be read, whose rows
        stay as they are. `all` means all projections. Of two rebuilds the second waits, queued.
        """
        body = await json_body(request, Rebuilding)
        return await self._started(request, "rebuild", _subject(request), body.organization_id)

    @endpoint(
        "POST",
        "/api/admin/projections/{name}/verify",
        access=Access.PLATFORM,
        tag="administration",
        body=Verifying,
        body_required=False,
        answers=_STARTED,
        problems=(ProjectionNotFound, TooManyJobs),
    )
    async def verify_projection(self, request: web.Request) -> web.Response:
        """Verify a projection

        As a rebuild, but nothing is written. Organizations of which nothing has changed since they were last verified
        are not folded again, unless `full` is true. `all` means all projections.
        """
        body = await json_body(request, Verifying)
        return await self._started(request, "verify", _subject(request), body.organization_id, is_full=body.full)

    @endpoint(
        "GET",
        "/api/admin/jobs",
        access=Access.PLATFORM,
        tag="administration",
        query=JobsQuery,
        answers={200: Answer(description="The newest jobs.", schema=JobList)},
    )
    async def list_jobs(self, request: web.Request) -> web.Response:
        """List the newest jobs

        Those of the command line are among them.
        """
        query = query_of(request, JobsQuery)
        return json_response(JobList.model_validate({"data": await self.jobs.newest(query.limit)}))

    @endpoint(
        "GET",
        "/api/admin/jobs/{id}",
        access=Access.PLATFORM,
        tag="administration",
        answers={200: Answer(description="The job.", schema=Job)},
        problems=(JobNotFound,),
    )
    async def get_job(self, request: web.Request) -> web.Response:
        """Look at a job

        Any process of the service can answer. A job whose process sent no heartbeat for 15 seconds is interrupted.
        """
        return json_response(Job.model_validate(await self.jobs.get(path_id(request, "id"))))

    @endpoint(
        "POST",
        "/api/admin/jobs/{id}/cancel",
        access=Access.PLATFORM,
        tag="administration",
        answers={202: Answer(description="The job, which will stop.", schema=Job)},
        problems=(JobNotFound,),
    )
    async def cancel_job(self, request: web.Request) -> web.Response:
        """Stop a job

        It stops within seconds, cleans up and is interrupted then; what it did until then is right. One that has ended
        stays as it is.
        """
        job_id = path_id(request, "id")
        await self.jobs.get(job_id)
        context_of(request).outcome.may_have_changed = True
        await self.jobs.cancel(job_id)
        return json_response(Job.model_validate(await self.jobs.get(job_id)), status=202)

    @endpoint(
        "GET",
        "/api/admin/keys",
        access=Access.PLATFORM,
        tag="administration",
        answers={200: Answer(description="The master keys.", schema=MasterKeyList)},
    )
    async def list_master_keys(self, _: web.Request) -> web.Response:
        """List the master keys

        By their ids, with how many credentials each wraps. One that wraps none and is not active can be removed.
        """
        return json_response(MasterKeyList.model_validate({"data": await self.list_keys()}))

    @endpoint(
        "POST",
        "/api/admin/keys/rotate",
        access=Access.PLATFORM,
        tag="administration",
        answers=_STARTED,
        problems=(RotationUnderWay, TooManyJobs),
    )
    async def rotate_master_key(self, request: web.Request) -> web.Response:
        """Wrap all data keys under the active master key

        Online, and as often as one likes: a credential that is wrapped under it already is left alone, and one that
        changes meanwhile is never overwritten.
        """
        async with self.stock.alone():
            pass
        return await self._started(request, "rotate-keys")

    async def _started(
        self,
        request: web.Request,
        kind: Kind,
        subject: str | None = None,
        organization_id: UUID | None = None,
        *,
        is_full: bool = False,
    ) -> web.Response:
        context = context_of(request)
        order = Order(
            kind=kind,
            subject=subject,
            organization_id=organization_id,
            is_full=is_full,
            requested_by=principal_of(request).actor,
            correlation_id=context.request_id,
            reason=context.reason,
        )
        context.outcome.may_have_changed = True
        job = await self.jobs.add(order)
        await self.launcher.start(job)
        return json_response(Job.model_validate(job), status=202, location=resource_location(JOBS, job.id))


def _subject(request: web.Request) -> str | None:
    """Return the projection of the path, none for all of them.

    Raises:
        ProjectionNotFound: there is none of this name.
    """
    name = request.match_info["name"]
    return None if name == "all" else projection_named(name)
