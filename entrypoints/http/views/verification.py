"""Routes that verify and export the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Final, Protocol
from uuid import UUID

from aiohttp import web
from pydantic import Field, StringConstraints

from application.caller import current_caller
from application.policies.change_reasons import LONGEST_REASON
from application.verification.checkpoint_storage import AnotherSink, SinkUnusable
from application.verification.raw_events import RawEvents
from application.verification.record_restore import NoRestoreToRecord, RecordedRestore, RecordRestore
from application.verification.verify_log import Verification
from entrypoints.auditing.verification_documents import (
    restored_answer,
    verification_answer,
)
from entrypoints.http.answers import verification as answers
from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Body, Flag, Query
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body, query_of
from entrypoints.http.request_context import context_of, principal_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.transport import cancelled_without_client

NDJSON: Final = "application/x-ndjson"


class VerificationQuery(Query):
    """How it is verified."""

    full: Annotated[
        Flag, Field(description="Hash every event again, also those that an earlier verification has hashed.")
    ] = False


class Restoring(Body):
    """Why checkpoints and database differ, and who has seen to it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON)]


class Verify(Protocol):
    """The use case `verify_log`, its ports given."""

    async def __call__(self, *, log: RawEvents, only: UUID, full: bool) -> Verification: ...


class Export(Protocol):
    """The use case `export_log`, its ports given."""

    def __call__(self, organization_id: UUID, *, log: RawEvents) -> AsyncGenerator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationViews:
    """Turns requests for proof into verifications, one at a time: each keeps a processor busy.

    Organizations take turns in the order of their requests; their quota limits how many of one may wait or run.
    """

    verify: Verify
    export: Export
    log_of: Callable[[UUID], RawEvents]
    record_restore: Callable[[RecordRestore], Awaitable[RecordedRestore]]
    public_key: bytes | None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @endpoint(
        "GET",
        "/api/ai/audit/verify",
        access=Access.VIEWER,
        query=VerificationQuery,
        share="verifications",
        answers={200: Answer(description="What was found.", schema=answers.Verification)},
    )
    async def verify_audit(self, request: web.Request) -> web.Response:
        """Check the organization's chain of events

        Every event against its hash, the hashes against each other, against the head and against the signed
        checkpoints. A finding names the first event that does not fit; `proven` is up to where the log is what was
        written, `unproven` which events no checkpoint has seen yet, and since when; `restores` lists what restored
        backups have lost. Events that were hashed before are looked at by the database alone, unless `full`.
        """
        query = query_of(request, VerificationQuery)
        organization_id = current_caller().organization_id
        with cancelled_without_client(request):
            async with self.turn:
                log = self.log_of(organization_id)
                verification = await self.verify(log=log, only=organization_id, full=query.full)
        found = verification_answer(verification, organization_id=organization_id, public_key=self.public_key)
        return json_response(answers.Verification.model_validate(found))

    @endpoint(
        "GET",
        "/api/ai/audit/export",
        access=Access.VIEWER,
        share="exports",
        answers={
            200: Answer(
                description="The log.",
                content_type=NDJSON,
                schema={"type": "string", "description": "Lines of JSON."},
                example='{"format":"modelbook/export/1","kind":"header","organizationId":"...",...}\n...',
                headers=("Content-Disposition",),
            )
        },
        problems=(SinkUnusable,),
    )
    async def export_audit(self, request: web.Request) -> web.StreamResponse:
        """Export the organization's whole log

        A line of JSON for each event, oldest first, with all that is hashed; before them a header, after them a footer
        with the head, the newest checkpoint and the proof that the head is in it. `modelbook audit verify FILE
        --public-key KEY` proves the file with no database. A file without its footer is not whole.
        """
        organization_id = current_caller().organization_id
        name = f"modelbook-{organization_id}.ndjson"
        response = web.StreamResponse(
            headers={"Content-Type": NDJSON, "Content-Disposition": f'attachment; filename="{name}"'}
        )
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        with cancelled_without_client(request):
            async with aclosing(self.export(organization_id, log=self.log_of(organization_id))) as parts:
                async for part in parts:
                    if not response.prepared:
                        await response.prepare(request)
                    await response.write(part)
            await response.write_eof()
        return response

    @endpoint(
        "POST",
        "/api/admin/audit/restored",
        access=Access.PLATFORM,
        tag="administration",
        body=Restoring,
        answers={200: Answer(description="What was stated.", schema=answers.StatedRestore)},
        problems=(NoRestoreToRecord, AnotherSink, SinkUnusable),
    )
    async def state_restored(self, request: web.Request) -> web.Response:
        """State that a backup was restored

        Or that checkpoints were taken away. Where the database and its checkpoints differ, no checkpoint is written
        until this is stated, with a reason. The events that are gone are named by a checkpoint over all organizations,
        by an event `organization.restored` in each log, and by every verification from then on.
        """
        body = await json_body(request, Restoring)
        context = context_of(request)
        actor = principal_of(request).actor
        reason = context.reason or body.reason
        stated = await self.record_restore(RecordRestore(reason=reason, actor=actor, correlation_id=context.request_id))
        return json_response(restored_answer(stated, public_key=self.public_key))
