"""Routes of the platform's administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import Conflict, OrganizationNotFound, OrganizationRemoved
from entrypoints.http.answers.organizations import Organization
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.organizations import OrganizationReplacement

if TYPE_CHECKING:
    from entrypoints.http.views.organizations import OrganizationViews

_WRITTEN = ("ETag", "Log-Position")


def platform_routes(views: OrganizationViews) -> list[Route]:
    """Return the routes of the platform's administrators."""
    return [
        route(
            "PUT",
            "/api/admin/organizations/{id}",
            views.name_organization,
            access=Access.PLATFORM,
            tag="administration",
            body=OrganizationReplacement,
            answers={200: Answer(description="The organization.", schema=Organization, headers=_WRITTEN)},
            problems=(OrganizationRemoved,),
        ),
        route(
            "DELETE",
            "/api/admin/organizations/{id}",
            views.remove_organization,
            access=Access.PLATFORM,
            tag="administration",
            answers={204: Answer(description="It is gone.", headers=_WRITTEN)},
            problems=(OrganizationNotFound, Conflict),
        ),
    ]
