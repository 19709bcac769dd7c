"""Routes that reach out to providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import Conflict, CredentialUnreadable, EndpointRefused, ProviderNotFound
from application.ports.provider_gateway import UpstreamFailure
from entrypoints.http.answers.discovery import Discovery, ImportResult
from entrypoints.http.answers.providers import ProviderHealth, TestReport
from entrypoints.http.authorization import Access
from entrypoints.http.bodies import providers as provider_bodies
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.discovery import DiscoveryViews

PROVIDERS = "/api/ai/providers"
MODELS = "/api/ai/models"


_REPORT = {200: Answer(description="How the connection was found.", schema=TestReport)}
_OFFERS = {200: Answer(description="What is on offer.", schema=Discovery)}


def discovery_routes(views: DiscoveryViews) -> list[Route]:
    """Return the routes that reach out to providers."""
    return [*_testing(views), *_discovering(views)]


def _testing(views: DiscoveryViews) -> list[Route]:
    return [
        route(
            "POST",
            f"{PROVIDERS}/test",
            views.test_connection,
            access=Access.ADMIN,
            body=provider_bodies.ProviderToTest,
            changes_nothing=True,
            rate_limit="tests",
            answers=_REPORT,
            problems=(EndpointRefused,),
        ),
        route(
            "POST",
            f"{PROVIDERS}/{{id}}/test",
            views.test_provider,
            access=Access.EDITOR,
            rate_limit="tests",
            answers=_REPORT,
            problems=(ProviderNotFound, CredentialUnreadable),
        ),
        route(
            "GET",
            f"{PROVIDERS}/{{id}}/health",
            views.list_checks,
            access=Access.VIEWER,
            query=provider_bodies.ChecksQuery,
            answers={200: Answer(description="Status and recent checks.", schema=ProviderHealth)},
            problems=(ProviderNotFound,),
        ),
    ]


def _discovering(views: DiscoveryViews) -> list[Route]:
    return [
        route(
            "GET",
            f"{PROVIDERS}/{{id}}/models",
            views.discover_provider_models,
            access=Access.VIEWER,
            query=provider_bodies.DiscoveryQuery,
            rate_limit="discovery",
            refresh_limit="refresh",
            answers=_OFFERS,
            problems=(ProviderNotFound, CredentialUnreadable, UpstreamFailure),
        ),
        route(
            "GET",
            f"{MODELS}/discover",
            views.discover_all_models,
            access=Access.VIEWER,
            query=provider_bodies.DiscoveryQuery,
            rate_limit="discovery",
            refresh_limit="refresh",
            answers=_OFFERS,
        ),
        route(
            "POST",
            f"{PROVIDERS}/{{id}}/models/import",
            views.import_offered_models,
            access=Access.EDITOR,
            body=provider_bodies.ModelsToImport,
            rate_limit="discovery",
            answers={200: Answer(description="What became of the chosen models.", schema=ImportResult)},
            problems=(ProviderNotFound, CredentialUnreadable, UpstreamFailure, Conflict),
        ),
    ]
