"""Routes of providers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from application.commands.change_provider import ChangeProvider
from application.commands.register_provider import RegisterProvider
from application.commands.remove_provider import RemoveProvider
from application.commands.revert_provider import RevertProvider
from application.errors import (
    Conflict,
    CredentialUnreadable,
    EndpointRefused,
    ProviderHasModels,
    ProviderNameTaken,
    ProviderNotFound,
    QuotaReached,
    StaleRevision,
    TooMuchHistory,
)
from application.policies.change_secrets import SecretsChange
from application.ports.historical_documents import HistoricalDocuments
from application.ports.resource_documents import Document, ProviderDocuments, ProviderFilter
from application.queries.resource_as_of import Moment
from application.recorded_revision import Recorded
from application.unset import UNSET
from domain.provider.errors import CredentialRequired, ExtraHeadersRequired, ProviderTypeFixed
from entrypoints.http.answers.providers import Provider, ProviderList
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.point_in_time import PastQuery
from entrypoints.http.bodies.providers import (
    NewProvider,
    ProviderListQuery,
    ProviderPatch,
    ProviderReplacement,
    ProviderReversion,
    RemovalQuery,
)
from entrypoints.http.pagination import list_response, page_request
from entrypoints.http.parse_request import expected_revision, json_body, path_id, query_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.responses_as_of import response_as_of, with_clock
from entrypoints.http.views.write_responses import (
    REMOVED,
    WRITTEN,
    changed_response,
    created_response,
    removed_response,
)

COLLECTION = "/api/ai/providers"

_CHANGED = {200: Answer(description="The provider as it is now.", schema=Provider, headers=WRITTEN)}
_CHANGE_PROBLEMS = (
    ProviderNotFound,
    ProviderNameTaken,
    ProviderTypeFixed,
    EndpointRefused,
    CredentialRequired,
    ExtraHeadersRequired,
    CredentialUnreadable,
    StaleRevision,
    Conflict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderViews:
    """Turns requests about providers into use cases."""

    documents: ProviderDocuments
    past: HistoricalDocuments
    as_of: Callable[[UUID, Moment], Awaitable[Document]]
    register: Callable[[RegisterProvider], Awaitable[Recorded]]
    change: Callable[[ChangeProvider], Awaitable[Recorded]]
    revert: Callable[[RevertProvider], Awaitable[Recorded]]
    remove: Callable[[RemoveProvider], Awaitable[Recorded]]

    @endpoint(
        "GET",
        "/api/ai/providers",
        access=Access.VIEWER,
        query=ProviderListQuery,
        replicated=True,
        answers={200: Answer(description="A page of providers.", schema=ProviderList, headers=("Log-Ahead-Seconds",))},
        problems=(TooMuchHistory,),
    )
    async def list_providers(self, request: web.Request) -> web.Response:
        """List the organization's providers

        Filtered, searched, sorted and paged on the server; no provider is called. With `asOf` it is the list of that
        time, from a log of at most 100,000 events about its members.
        """
        query = query_of(request, ProviderListQuery)
        filters = ProviderFilter(provider_type=query.type, is_enabled=query.enabled, health=query.health, text=query.q)
        if query.as_of is not None:
            page = await self.past.providers(filters, page_request(query), query.as_of)
            return await with_clock(list_response(page, query), self.past)
        return list_response(await self.documents.page(filters, page_request(query)), query)

    @endpoint(
        "GET",
        "/api/ai/providers/{id}",
        access=Access.VIEWER,
        query=PastQuery,
        answers={200: Answer(description="The provider.", schema=Provider, headers=("ETag", "Log-Ahead-Seconds"))},
        problems=(ProviderNotFound,),
    )
    async def get_provider(self, request: web.Request) -> web.Response:
        """Show a provider, as it is or as it was

        With `asOf` or `atRevision` its past state is read from the log; a moment at which it did not exist is answered
        with 404.
        """
        return await response_as_of(request, self.documents, self.as_of, self.past)

    @endpoint(
        "POST",
        "/api/ai/providers",
        access=Access.ADMIN,
        body=NewProvider,
        body_example={"name": "OpenAI", "providerType": "openai", "apiKey": "sk-..."},
        answers={201: Answer(description="The new provider.", schema=Provider, headers=(*WRITTEN, "Location"))},
        problems=(ProviderNameTaken, EndpointRefused, QuotaReached),
    )
    async def register_provider(self, request: web.Request) -> web.Response:
        """Register a provider

        Its key is sealed for the account at its endpoint and never shown again: answers give `{hint, version, setAt}`.
        So are the values of `extraHeaders`, of which answers give the names.
        """
        body = await json_body(request, NewProvider)
        recorded = await self.register(
            RegisterProvider(
                name=body.name,
                provider_type=body.provider_type,
                endpoint=body.endpoint,
                settings=body.settings,
                api_key=body.api_key,
                extra_headers=body.extra_headers or {},
                is_enabled=body.is_enabled,
            )
        )
        return await created_response(self.documents, recorded, COLLECTION)

    @endpoint(
        "DELETE",
        "/api/ai/providers/{id}",
        access=Access.ADMIN,
        query=RemovalQuery,
        answers=REMOVED,
        problems=(ProviderNotFound, ProviderHasModels, StaleRevision, Conflict),
    )
    async def delete_provider(self, request: web.Request) -> web.Response:
        """Remove a provider

        Its key and extra headers are destroyed.

        While models are registered from it this is refused with the first hundred of them, unless
        `cascade` says that they go too. Up to 1,000 models go in one transaction with the provider; of more, these go
        first, 1,000 at a time, so that nobody else waits for all of them: repeat what was broken off. How many are left
        meanwhile is the total of the provider's models (`/api/ai/models?providerId=…&limit=1&includeTotal=true`).
        """
        query = query_of(request, RemovalQuery)
        recorded = await self.remove(
            RemoveProvider(
                provider_id=path_id(request, "id"),
                expected_revision=expected_revision(request),
                cascade=query.cascade,
            )
        )
        return removed_response(recorded)

    @endpoint(
        "PUT",
        "/api/ai/providers/{id}",
        access=Access.ADMIN,
        body=ProviderReplacement,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
    )
    async def replace_provider(self, request: web.Request) -> web.Response:
        """Replace what can be written of a provider

        What is left out gets its default, but key and extra headers that are left out stay; null removes them. An
        endpoint at another origin, or one whose path names another account, needs them again.
        """
        body = await json_body(request, ProviderReplacement)
        command = ChangeProvider(
            provider_id=path_id(request, "id"),
            expected_revision=expected_revision(request),
            provider_type=UNSET if body.provider_type is None else body.provider_type,
            name=body.name,
            endpoint=body.endpoint,
            settings=body.settings,
            secrets=SecretsChange(api_key=body.mentioned("api_key"), extra_headers=body.mentioned("extra_headers")),
            is_enabled=body.is_enabled,
        )
        return await changed_response(self.documents, await self.change(command))

    @endpoint(
        "PATCH",
        "/api/ai/providers/{id}",
        access=Access.ADMIN,
        body=ProviderPatch,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
    )
    async def patch_provider(self, request: web.Request) -> web.Response:
        """Change some of a provider

        A merge patch (RFC 7396). An endpoint at another origin, or one whose path names another account, needs key and
        extra headers again; null removes them, or one header.
        """
        body = await json_body(request, ProviderPatch)
        clears_headers = "extra_headers" in body.model_fields_set and body.extra_headers is None
        clears_settings = "settings" in body.model_fields_set and body.settings is None
        command = ChangeProvider(
            provider_id=path_id(request, "id"),
            expected_revision=expected_revision(request),
            provider_type=body.mentioned("provider_type"),
            name=body.mentioned("name"),
            endpoint=body.mentioned("endpoint"),
            settings={} if clears_settings else UNSET,
            settings_patch=UNSET if clears_settings else body.mentioned("settings"),
            secrets=SecretsChange(
                api_key=body.mentioned("api_key"),
                extra_headers=None if clears_headers else UNSET,
                extra_headers_patch=UNSET if clears_headers else body.mentioned("extra_headers"),
            ),
            is_enabled=body.mentioned("is_enabled"),
        )
        return await changed_response(self.documents, await self.change(command))

    @endpoint(
        "POST",
        "/api/ai/providers/{id}/revert",
        access=Access.ADMIN,
        body=ProviderReversion,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
        conditional=True,
    )
    async def revert_provider(self, request: web.Request) -> web.Response:
        """Bring a provider back to an earlier revision

        Name, endpoint, settings and use become what they were. Earlier secrets never come back: where the account was
        another, key and extra headers have to be sent. What was removed stays removed.
        """
        body = await json_body(request, ProviderReversion)
        recorded = await self.revert(
            RevertProvider(
                provider_id=path_id(request, "id"),
                to_revision=body.to_revision,
                expected_revision=expected_revision(request),
                api_key=body.api_key,
                extra_headers=body.extra_headers,
            )
        )
        return await changed_response(self.documents, recorded)
