"""Routes that query providers: connection tests and model lists."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from aiohttp import web

from application.discovery.discover_models import NoOffer, ProviderOffer
from application.discovery.import_models import ImportModels, ImportOutcome
from application.errors import Conflict, CredentialUnreadable, EndpointRefused, ProviderNotFound, QuotaReached
from application.health.check_provider import CheckProvider
from application.health.health_checks import HealthChecks, report_fields
from application.health.try_connection import TryConnection
from application.ports.provider_gateway import TestReport, UpstreamFailure
from application.recorded_revision import Recorded
from entrypoints.http.answers import providers as provider_answers
from entrypoints.http.answers.discovery import AlreadyRegistered, Discovery, ImportedModel, ImportResult
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.providers import ChecksQuery, DiscoveryQuery, ModelsToImport, ProviderToTest
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body, path_id, query_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.offer_json_cache import OfferJsonCache

_REPORT = {200: Answer(description="How the connection was found.", schema=provider_answers.TestReport)}
_OFFERS = {200: Answer(description="What is on offer.", schema=Discovery)}


class DiscoverOne(Protocol):
    """Queries one provider."""

    async def __call__(self, provider_id: UUID, *, refresh: bool) -> ProviderOffer:
        """Return what it offers."""
        ...


class DiscoverAll(Protocol):
    """Queries all providers."""

    async def __call__(self, *, refresh: bool) -> Sequence[ProviderOffer | NoOffer]:
        """Return what each offers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryViews:
    """Turns requests that reach out to providers into use cases."""

    checks: HealthChecks
    check: Callable[[CheckProvider], Awaitable[TestReport]]
    try_out: Callable[[TryConnection], Awaitable[TestReport]]
    discover_one: DiscoverOne
    discover_all: DiscoverAll
    import_them: Callable[[ImportModels], Awaitable[ImportOutcome]]
    shown: OfferJsonCache = field(default_factory=OfferJsonCache)

    @endpoint(
        "POST",
        "/api/ai/providers/test",
        access=Access.ADMIN,
        body=ProviderToTest,
        changes_nothing=True,
        keeps_answers=False,
        rate_limit="tests",
        answers=_REPORT,
        problems=(EndpointRefused,),
    )
    async def test_connection(self, request: web.Request) -> web.Response:
        """Test a configuration that is not saved

        At most 2 seconds and free of tokens. Only secrets that come with the request are sent; nothing is kept.
        """
        body = await json_body(request, ProviderToTest)
        report = await self.try_out(
            TryConnection(
                provider_type=body.provider_type,
                endpoint=body.endpoint,
                settings=body.settings,
                api_key=body.api_key,
                extra_headers=body.extra_headers or {},
            )
        )
        return json_response(provider_answers.TestReport.model_validate(report_fields(report)))

    @endpoint(
        "POST",
        "/api/ai/providers/{id}/test",
        access=Access.EDITOR,
        rate_limit="tests",
        answers=_REPORT,
        problems=(ProviderNotFound, CredentialUnreadable),
    )
    async def test_provider(self, request: web.Request) -> web.Response:
        """Test a saved provider

        At most 2 seconds and free of tokens. Updates its health and the time of the last check.
        """
        provider_id = path_id(request, "id")
        report = await self.check(CheckProvider(provider_id=provider_id))
        answer = provider_answers.TestReport.model_validate(report_fields(report))
        answer.provider_id = provider_id
        return json_response(answer)

    @endpoint(
        "GET",
        "/api/ai/providers/{id}/health",
        access=Access.VIEWER,
        query=ChecksQuery,
        answers={200: Answer(description="Status and recent checks.", schema=provider_answers.ProviderHealth)},
        problems=(ProviderNotFound,),
    )
    async def list_checks(self, request: web.Request) -> web.Response:
        """Show a provider's health and its recent checks

        Its status, since when, how many checks in a row failed or did not, and when it is checked next by itself. A
        test changes the status at once; the monitor needs three failures in a row for unhealthy, and two checks in a
        row for any other change. The newest check comes first; the hundred newest are kept.
        """
        provider_id = path_id(request, "id")
        query = query_of(request, ChecksQuery)
        state = await self.checks.state(provider_id)
        recent = await self.checks.recent(provider_id, query.limit)
        return json_response(
            provider_answers.ProviderHealth.model_validate(
                {
                    "provider_id": provider_id,
                    "status": state.status,
                    "since": state.since,
                    "streak": state.streak,
                    "last_check_at": state.last_check_at,
                    "next_check_at": state.next_check_at,
                    "data": [{**report, "provider_id": provider_id} for report in recent],
                }
            )
        )

    @endpoint(
        "GET",
        "/api/ai/providers/{id}/models",
        access=Access.VIEWER,
        query=DiscoveryQuery,
        rate_limit="discovery",
        refresh_limit="refresh",
        answers=_OFFERS,
        problems=(ProviderNotFound, CredentialUnreadable, UpstreamFailure),
    )
    async def discover_provider_models(self, request: web.Request) -> web.Response:
        """Show what a provider offers

        Every page of its list, each model with type, capabilities, limits, price and lifecycle, and a source for each.
        A price that nobody knows is null with a reason, never 0. `changes` compares with the answer before and with
        what is registered. While the provider is down its last answer is shown, marked stale, with the failure.
        """
        query = query_of(request, DiscoveryQuery)
        offer = await self.discover_one(path_id(request, "id"), refresh=query.refresh)
        return json_response(await self.shown.page([offer]))

    @endpoint(
        "GET",
        "/api/ai/models/discover",
        access=Access.VIEWER,
        query=DiscoveryQuery,
        rate_limit="discovery",
        refresh_limit="refresh",
        answers=_OFFERS,
    )
    async def discover_all_models(self, request: web.Request) -> web.Response:
        """Show what all enabled providers offer

        They are queried concurrently; one that does not answer is listed as such and fails nothing else. One that takes
        longer than 5 seconds is shown as it answered before, while its query continues: the next request finds its
        answer.
        """
        query = query_of(request, DiscoveryQuery)
        return json_response(await self.shown.page(await self.discover_all(refresh=query.refresh)))

    @endpoint(
        "POST",
        "/api/ai/providers/{id}/models/import",
        access=Access.EDITOR,
        body=ModelsToImport,
        rate_limit="discovery",
        answers={200: Answer(description="What became of the chosen models.", schema=ImportResult)},
        problems=(ProviderNotFound, CredentialUnreadable, UpstreamFailure, Conflict, QuotaReached),
    )
    async def import_offered_models(self, request: web.Request) -> web.Response:
        """Register models that a provider offers

        All in one transaction, disabled unless `enable` says otherwise. Those registered already are left alone; with
        `update` they take over what is offered, but never a value that a person gave; of `all` models, prices that
        moved by more than ten times are held back as well: name those models to take them. Any name or alias that the
        provider has for a model will do; the answer names each by its own id.
        """
        body = await json_body(request, ModelsToImport)
        outcome = await self.import_them(
            ImportModels(
                provider_id=path_id(request, "id"), model_ids=body.model_ids, enable=body.enable, update=body.update
            )
        )
        answer = ImportResult(
            imported=_entries(outcome.imported),
            updated=_entries(outcome.updated),
            already_registered=_registered(outcome.already_registered),
            held_back=_registered(outcome.held_back),
        )
        return json_response(answer, position=_position(outcome))


def _entries(recorded: Mapping[str, Recorded]) -> list[ImportedModel]:
    return [
        ImportedModel(model_id=model_id, id=entry.aggregate_id, revision=entry.revision)
        for model_id, entry in recorded.items()
    ]


def _registered(models: Mapping[str, UUID]) -> list[AlreadyRegistered]:
    return [AlreadyRegistered(model_id=model_id, id=registered_id) for model_id, registered_id in models.items()]


def _position(outcome: ImportOutcome) -> int | None:
    recorded = [*outcome.imported.values(), *outcome.updated.values()]
    return max((entry.position for entry in recorded if entry.position is not None), default=None)
