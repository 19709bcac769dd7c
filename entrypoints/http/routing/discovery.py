"""Routes that reach out to providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import CredentialUnreadable, EndpointRefused, ProviderNotFound
from application.ports.provider_gateway import UpstreamFailure
from entrypoints.http import answers
from entrypoints.http.authorization import Access
from entrypoints.http.bodies import providers as provider_bodies
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.discovery import DiscoveryViews

PROVIDERS = "/api/ai/providers"
MODELS = "/api/ai/models"


def discovery_routes(views: DiscoveryViews) -> list[Route]:
    """Return the routes that reach out to providers."""
    report = {200: Answer(description="How the connection was found.", schema=answers.TestReport)}
    offers = {200: Answer(description="What is on offer.", schema=answers.Discovery)}
    return [
        route(
            "POST",
            f"{PROVIDERS}/test",
            views.test_connection,
            access=Access.ADMIN,
            body=provider_bodies.ProviderToTest,
            answers=report,
            problems=(EndpointRefused,),
        ),
        route(
            "POST",
            f"{PROVIDERS}/{{id}}/test",
            views.test_provider,
            access=Access.EDITOR,
            answers=report,
            problems=(ProviderNotFound, CredentialUnreadable),
        ),
        route(
            "GET",
            f"{PROVIDERS}/{{id}}/health",
            views.list_checks,
            access=Access.VIEWER,
            query=provider_bodies.ChecksQuery,
            answers={200: Answer(description="Recent checks.", schema=answers.CheckList)},
            problems=(ProviderNotFound,),
        ),
        route(
            "GET",
            f"{PROVIDERS}/{{id}}/models",
            views.discover_provider_models,
            access=Access.VIEWER,
            answers=offers,
            problems=(ProviderNotFound, CredentialUnreadable, UpstreamFailure),
        ),
        route("GET", f"{MODELS}/discover", views.discover_all_models, access=Access.VIEWER, answers=offers),
    ]
