"""Routes of the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import ModelNotFound, ProviderNotFound
from entrypoints.http.answers.audit import AuditPage, History
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.audit import AuditQuery, HistoryQuery

if TYPE_CHECKING:
    from entrypoints.http.views.audit import AuditViews

PROVIDERS = "/api/ai/providers"
MODELS = "/api/ai/models"


def audit_routes(views: AuditViews) -> list[Route]:
    """Return the routes of the audit trail."""
    story = {200: Answer(description="A page of the history.", schema=History)}
    return [
        route(
            "GET",
            f"{PROVIDERS}/{{id}}/history",
            views.provider_history,
            access=Access.VIEWER,
            query=HistoryQuery,
            answers=story,
            problems=(ProviderNotFound,),
        ),
        route(
            "GET",
            f"{MODELS}/{{id}}/history",
            views.model_history,
            access=Access.VIEWER,
            query=HistoryQuery,
            answers=story,
            problems=(ModelNotFound,),
        ),
        route(
            "GET",
            "/api/ai/audit",
            views.list_audit,
            access=Access.VIEWER,
            query=AuditQuery,
            answers={200: Answer(description="A page of events.", schema=AuditPage)},
        ),
    ]
