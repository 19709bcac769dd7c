"""Routes of platform administrators' work across organizations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from application.errors import InvalidInput
from application.ports.jobs import Order
from entrypoints.administration.documents import job_document, key_document, status_document
from entrypoints.administration.work import projection_named
from entrypoints.http.exchange import exchange_of, principal_of
from entrypoints.http.fields import Body, Id, Query, Whole
from entrypoints.http.requests import json_body, path_id, query_of
from entrypoints.http.responses import json_response, resource_location

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from aiohttp import web

    from application.ports.credential_stock import CredentialStock
    from application.ports.jobs import Jobs, Kind
    from application.ports.read_tables import ReadTables
    from application.queries.master_keys import MasterKeyStatus
    from entrypoints.administration.launcher import Launcher

JOBS = "/api/admin/jobs"


class Rebuilding(Body):
    """Which rows, and whether anew or as they were before the last rebuild."""

    organization_id: Annotated[Id | None, Field(description="Mend this organization's rows alone, in place.")] = None
    rollback: Annotated[bool, Field(description="Go back to the table that the last rebuild replaced.")] = False


class JobsQuery(Query):
    """Which jobs."""

    limit: Annotated[Whole, Field(ge=1, le=200, description="How many at most.")] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationViews:
    """Turns administrators' requests into jobs, and tells of them."""

    read_tables: ReadTables
    jobs: Jobs
    stock: CredentialStock
    list_keys: Callable[[], Awaitable[Sequence[MasterKeyStatus]]]
    launcher: Launcher

    async def list_projections(self, _: web.Request) -> web.Response:
        """List the read tables

        How many rows each has, when it was last rebuilt, and what lies beside it.
        """
        return json_response({"data": [status_document(status) for status in await self.read_tables.statuses()]})

    async def rebuild_projection(self, request: web.Request) -> web.Response:
        """Rebuild a read table

        A new table is filled from the log beside the live one and takes its place, while reads and writes go on; the
        old one is kept, and `rollback` goes back to it. With `organizationId` the rows of that organization alone are
        mended, in place. Where the log holds an event that cannot be read, the job fails and the table stays.
        """
        name = projection_named(request.match_info["name"])
        body = await json_body(request, Rebuilding)
        if body.rollback and body.organization_id is not None:
            raise InvalidInput("/rollback", "An organization is mended in place; there is nothing to go back to.")
        async with self.read_tables.alone():
            pass
        kind: Kind = "roll-back" if body.rollback else "rebuild" if body.organization_id is None else "mend"
        return await self._started(request, kind, name, body.organization_id)

    async def verify_projection(self, request: web.Request) -> web.Response:
        """Verify a read table

        The log is folded and the outcome compared with the table, row by row. The job's result names the rows that
        differ, and in which fields.
        """
        return await self._started(request, "verify", projection_named(request.match_info["name"]))

    async def list_jobs(self, request: web.Request) -> web.Response:
        """List the newest jobs

        Those of the command line are among them.
        """
        query = query_of(request, JobsQuery)
        return json_response({"data": [job_document(job) for job in await self.jobs.newest(query.limit)]})

    async def get_job(self, request: web.Request) -> web.Response:
        """Look at a job

        Any process of the service can tell. A job whose process was not heard of for 15 seconds is interrupted.
        """
        return json_response(job_document(await self.jobs.get(path_id(request, "id"))))

    async def cancel_job(self, request: web.Request) -> web.Response:
        """Stop a job

        It stops within seconds, cleans up and is interrupted then; what it did until then is right. One that has ended
        stays as it is.
        """
        job_id = path_id(request, "id")
        await self.jobs.get(job_id)
        exchange_of(request).outcome.may_have_changed = True
        await self.jobs.cancel(job_id)
        return json_response(job_document(await self.jobs.get(job_id)), status=202)

    async def list_master_keys(self, _: web.Request) -> web.Response:
        """List the master keys

        By their ids, with how many credentials each wraps. One that wraps none and is not active can be removed.
        """
        return json_response({"data": [key_document(status) for status in await self.list_keys()]})

    async def rotate_master_key(self, request: web.Request) -> web.Response:
        """Wrap all data keys under the active master key

        Online, and as often as one likes: a credential that is wrapped under it already is left alone, and one that
        changes meanwhile is never overwritten.
        """
        async with self.stock.alone():
            pass
        return await self._started(request, "rotate-keys")

    async def _started(
        self, request: web.Request, kind: Kind, subject: str | None = None, organization_id: UUID | None = None
    ) -> web.Response:
        exchange = exchange_of(request)
        order = Order(
            kind=kind,
            subject=subject,
            organization_id=organization_id,
            requested_by=principal_of(request).actor,
            correlation_id=exchange.request_id,
            reason=exchange.reason,
        )
        exchange.outcome.may_have_changed = True
        job = await self.jobs.add(order)
        await self.launcher.start(job)
        return json_response(job_document(job), status=202, location=resource_location(JOBS, job.id))
