"""The route of the types of provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.http.answers.provider_types import ProviderKinds
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.provider_types import ProviderTypeViews


def provider_type_routes(views: ProviderTypeViews) -> list[Route]:
    """Return the route of the types of provider."""
    return [
        route(
            "GET",
            "/api/ai/provider-types",
            views.list_provider_types,
            access=Access.VIEWER,
            tag="providers",
            answers={200: Answer(description="All types there are.", schema=ProviderKinds)},
        )
    ]
