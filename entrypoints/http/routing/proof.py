"""Routes that prove the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.http.answers.proof import Verification
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.proof import VerificationUnderWay

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
            answers={200: Answer(description="What was found.", schema=Verification)},
            problems=(VerificationUnderWay,),
        )
    ]
