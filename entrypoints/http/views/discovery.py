"""Routes that ask the providers: tests of connections and what is on offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from application.commands.check_provider import CheckProvider
from application.policies.reports import report_document
from application.queries.try_connection import TryConnection
from entrypoints.http.bodies.providers import ChecksQuery, ProviderToTest
from entrypoints.http.errors import problem_for
from entrypoints.http.requests import json_body, path_id, query_of
from entrypoints.http.responses import json_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from uuid import UUID

    from aiohttp import web

    from application.ports.documents import ProviderDocuments
    from application.ports.health_checks import HealthChecks
    from application.ports.provider_gateway import TestReport
    from application.queries.discover_models import ProviderOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryViews:
    """Turns requests that reach out to providers into use cases."""

    documents: ProviderDocuments
    checks: HealthChecks
    check: Callable[[CheckProvider], Awaitable[TestReport]]
    try_out: Callable[[TryConnection], Awaitable[TestReport]]
    discover_one: Callable[[UUID], Awaitable[ProviderOffer]]
    discover_all: Callable[[], Awaitable[Sequence[ProviderOffer]]]

    async def test_connection(self, request: web.Request) -> web.Response:
        """Test a configuration that is not saved

        At most 2 seconds and free of tokens. Only a key that comes with the request is sent; nothing is kept.
        """
        body = await json_body(request, ProviderToTest)
        report = await self.try_out(
            TryConnection(
                provider_type=body.provider_type, endpoint=body.endpoint, settings=body.settings, api_key=body.api_key
            )
        )
        return json_response(report_document(report))

    async def test_provider(self, request: web.Request) -> web.Response:
        """Test a saved provider

        At most 2 seconds and free of tokens. Updates its health and the time of the last check.
        """
        provider_id = path_id(request, "id")
        report = await self.check(CheckProvider(provider_id=provider_id))
        return json_response(report_document(report, provider_id))

    async def list_checks(self, request: web.Request) -> web.Response:
        """Show a provider's recent checks

        The newest first; the hundred newest are kept.
        """
        provider_id = path_id(request, "id")
        query = query_of(request, ChecksQuery)
        await self.documents.get(provider_id)
        return json_response({"data": list(await self.checks.recent(provider_id, query.limit))})

    async def discover_provider_models(self, request: web.Request) -> web.Response:
        """Show what a provider offers

        Every page of its list, each model with type, capabilities, limits, price and lifecycle, and a source for each.
        A price that nobody knows is null, never 0.
        """
        return json_response(_offers([await self.discover_one(path_id(request, "id"))]))

    async def discover_all_models(self, request: web.Request) -> web.Response:  # noqa: ARG002 - all there is
        """Show what all enabled providers offer

        They are asked side by side; one that does not answer is listed as such and fails nothing else.
        """
        return json_response(_offers(await self.discover_all()))


def _offers(offers: Sequence[ProviderOffer]) -> dict[str, Any]:
    return {
        "data": [model.document() for offer in offers for model in offer.models],
        "providers": [_summary(offer) for offer in offers],
    }


def _summary(offer: ProviderOffer) -> Mapping[str, Any]:
    summary: dict[str, Any] = {
        "providerId": offer.provider_id,
        "status": offer.status,
        "fetchedAt": offer.fetched_at,
        "cached": offer.cached,
        "count": len(offer.models),
    }
    problem = problem_for(offer.failure) if offer.failure else None
    if problem:
        summary["error"] = {"code": problem.code, "detail": problem.detail, **problem.members}
    return summary
