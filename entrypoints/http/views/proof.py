"""Routes that prove the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.caller import current_caller
from application.errors import Unavailable
from entrypoints.auditing.documents import verification_document
from entrypoints.http.responses import json_response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from aiohttp import web

    from application.queries.verify_log import Verification


class VerificationUnderWay(Unavailable):
    """A log is being verified by this process already; ask again shortly."""

    code = "verification-under-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofViews:
    """Turns requests for proof into verifications, one at a time: each keeps a processor busy."""

    verify: Callable[[UUID], Awaitable[Verification]]
    public_key: bytes | None
    turn: asyncio.Lock

    async def verify_audit(self, request: web.Request) -> web.Response:  # noqa: ARG002 - nothing can be chosen
        """Check the organization's chain of events

        Every event against its hash, the hashes against each other, against the head and against the signed
        checkpoints. Each finding names the event; `unproven` names the events that no checkpoint has seen yet.
        """
        if self.turn.locked():
            raise VerificationUnderWay
        organization_id = current_caller().organization_id
        async with self.turn:
            verification = await self.verify(organization_id)
        return json_response(
            verification_document(verification, organization_id=organization_id, public_key=self.public_key)
        )
