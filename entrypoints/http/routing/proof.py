"""Routes that prove the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.commands.state_restore import NothingRestored
from application.ports.checkpoints import AnotherSink, SinkUnusable
from entrypoints.http.answers.proof import StatedRestore, Verification
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.proof import NDJSON, Restoring, VerificationQuery, VerificationUnderWay

if TYPE_CHECKING:
    from entrypoints.http.views.proof import ProofViews

AUDIT = "/api/ai/audit"


def proof_routes(views: ProofViews) -> list[Route]:
    """Return the routes that prove the audit trail."""
    return [
        route(
            "GET",
            f"{AUDIT}/verify",
            views.verify_audit,
            access=Access.VIEWER,
            query=VerificationQuery,
            answers={200: Answer(description="What was found.", schema=Verification)},
            problems=(VerificationUnderWay,),
        ),
        route(
            "GET",
            f"{AUDIT}/export",
            views.export_audit,
            access=Access.VIEWER,
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
        ),
        route(
            "POST",
            "/api/admin/audit/restored",
            views.state_restored,
            access=Access.PLATFORM,
            tag="administration",
            body=Restoring,
            answers={200: Answer(description="What was stated.", schema=StatedRestore)},
            problems=(NothingRestored, AnotherSink, SinkUnusable),
        ),
    ]
