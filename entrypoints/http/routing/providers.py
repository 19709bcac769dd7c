"""Routes that keep providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import (
    Conflict,
    EndpointRefused,
    ProviderHasModels,
    ProviderNameTaken,
    ProviderNotFound,
    StaleRevision,
    TooMuchHistory,
)
from domain.provider.errors import CredentialRequired, ProviderTypeFixed
from entrypoints.http.answers.providers import Provider, ProviderList
from entrypoints.http.authorization import Access
from entrypoints.http.bodies import providers as provider_bodies
from entrypoints.http.bodies.past import PastQuery
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.providers import ProviderViews

PROVIDERS = "/api/ai/providers"
_WRITTEN = ("ETag", "Log-Position")


_REFUSALS = (
    ProviderNotFound,
    ProviderNameTaken,
    ProviderTypeFixed,
    EndpointRefused,
    CredentialRequired,
    StaleRevision,
    Conflict,
)
_CHANGED = {200: Answer(description="The provider as it is now.", schema=Provider, headers=_WRITTEN)}


def provider_routes(views: ProviderViews) -> list[Route]:
    """Return the routes that keep providers."""
    return [*_reading(views), *_adding_and_removing(views), *_changing(views)]


def _reading(views: ProviderViews) -> list[Route]:
    return [
        route(
            "GET",
            PROVIDERS,
            views.list_providers,
            access=Access.VIEWER,
            query=provider_bodies.ProviderListQuery,
            answers={
                200: Answer(description="A page of providers.", schema=ProviderList, headers=("Log-Ahead-Seconds",))
            },
            problems=(TooMuchHistory,),
        ),
        route(
            "GET",
            f"{PROVIDERS}/{{id}}",
            views.get_provider,
            access=Access.VIEWER,
            query=PastQuery,
            answers={200: Answer(description="The provider.", schema=Provider, headers=("ETag", "Log-Ahead-Seconds"))},
            problems=(ProviderNotFound,),
        ),
    ]


def _adding_and_removing(views: ProviderViews) -> list[Route]:
    created = {201: Answer(description="The new provider.", schema=Provider, headers=(*_WRITTEN, "Location"))}
    return [
        route(
            "POST",
            PROVIDERS,
            views.register_provider,
            access=Access.ADMIN,
            body=provider_bodies.NewProvider,
            body_example={"name": "OpenAI", "providerType": "openai", "apiKey": "sk-..."},
            answers=created,
            problems=(ProviderNameTaken, EndpointRefused),
        ),
        route(
            "DELETE",
            f"{PROVIDERS}/{{id}}",
            views.delete_provider,
            access=Access.ADMIN,
            query=provider_bodies.RemovalQuery,
            answers={204: Answer(description="It is gone.", headers=_WRITTEN)},
            problems=(ProviderNotFound, ProviderHasModels, StaleRevision, Conflict),
        ),
    ]


def _changing(views: ProviderViews) -> list[Route]:
    return [
        route(
            "PUT",
            f"{PROVIDERS}/{{id}}",
            views.replace_provider,
            access=Access.ADMIN,
            body=provider_bodies.ProviderReplacement,
            answers=_CHANGED,
            problems=_REFUSALS,
        ),
        route(
            "PATCH",
            f"{PROVIDERS}/{{id}}",
            views.patch_provider,
            access=Access.ADMIN,
            body=provider_bodies.ProviderPatch,
            answers=_CHANGED,
            problems=_REFUSALS,
        ),
        route(
            "POST",
            f"{PROVIDERS}/{{id}}/revert",
            views.revert_provider,
            access=Access.ADMIN,
            body=provider_bodies.ProviderReversion,
            answers=_CHANGED,
            problems=_REFUSALS,
            conditional=True,
        ),
    ]
