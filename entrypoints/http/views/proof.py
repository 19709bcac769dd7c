"""Routes that prove the audit trail."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

from application.caller import current_caller
from application.errors import Unavailable
from entrypoints.auditing.documents import verification_document
from entrypoints.http.responses import json_response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from uuid import UUID

    from application.queries.verify_log import Verification


NDJSON: Final = "application/x-ndjson"


class VerificationUnderWay(Unavailable):
    """A log is being verified by this process already; ask again shortly."""

    code = "verification-under-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofViews:
    """Turns requests for proof into verifications, one at a time: each keeps a processor busy."""

    verify: Callable[[UUID], Awaitable[Verification]]
    public_key: bytes | None
    turn: asyncio.Lock
    export: Callable[[UUID], AsyncGenerator[bytes]]

    async def verify_audit(self, request: web.Request) -> web.Response:  # noqa: ARG002 - nothing can be chosen
        """Check the organization's chain of events

        Every event against its hash, the hashes against each other, against the head and against the signed
        checkpoints. Each finding names the event; `proven` says up to where the log is what was written, `unproven`
        names the events that no checkpoint has seen yet, and what cannot be proved this way.
        """
        if self.turn.locked():
            raise VerificationUnderWay
        organization_id = current_caller().organization_id
        async with self.turn:
            verification = await self.verify(organization_id)
        return json_response(
            verification_document(verification, organization_id=organization_id, public_key=self.public_key)
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
        async with aclosing(self.export(organization_id)) as parts:
            async for part in parts:
                if not response.prepared:
                    await response.prepare(request)
                await response.write(part)
        await response.write_eof()
        return response
