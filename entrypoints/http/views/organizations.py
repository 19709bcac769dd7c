"""Routes of organizations, for platform administrators."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web
from pydantic import Field

from application.caller import acting_as
from application.commands.name_organization import NameOrganization
from application.commands.remove_organization import RemoveOrganization
from application.errors import Conflict, OrganizationNotFound, OrganizationRemoved
from application.ports.organization_list import OrganizationList
from application.recorded_revision import Recorded
from entrypoints.http.answers.organizations import ListedOrganization, Organization, OrganizationPage
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.resource_fields import Name
from entrypoints.http.field_types import Body
from entrypoints.http.json_responses import json_response, no_content
from entrypoints.http.pagination import Page, Position, entries_response, position_of
from entrypoints.http.parse_request import json_body, path_id, query_of
from entrypoints.http.request_context import caller_for
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.write_responses import REMOVED, WRITTEN, removed_response


class OrganizationReplacement(Body):
    """What can be written of an organization."""

    name: Name


class OrganizationListQuery(Page):
    """Which organizations."""

    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In the name, or how the id begins.")] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationViews:
    """Turns requests about organizations into use cases."""

    name_it: Callable[[NameOrganization], Awaitable[Recorded]]
    remove_it: Callable[[RemoveOrganization], Awaitable[Recorded | None]]
    organizations: OrganizationList

    @endpoint(
        "GET",
        "/api/admin/organizations",
        access=Access.PLATFORM,
        tag="administration",
        query=OrganizationListQuery,
        answers={200: Answer(description="A page of organizations.", schema=OrganizationPage)},
    )
    async def list_organizations(self, request: web.Request) -> web.Response:
        """List all organizations

        By name, those without one last, with the quotas that each has of its own. One that was removed is listed by its
        id: its log is kept.
        """
        query = query_of(request, OrganizationListQuery)
        position = position_of(query, "text")
        after = None if position is None else (str(position.value), position.id)
        return await entries_response(
            await self.organizations.page(sought=query.q, after=after, limit=query.limit + 1),
            query,
            write=ListedOrganization.model_validate,
            position=lambda last: Position(last.order, last.id),
            total=await self.organizations.count(query.q) if query.include_total else None,
        )

    @endpoint(
        "PUT",
        "/api/admin/organizations/{id}",
        access=Access.PLATFORM,
        tag="administration",
        body=OrganizationReplacement,
        answers={200: Answer(description="The organization.", schema=Organization, headers=WRITTEN)},
        problems=(OrganizationRemoved,),
    )
    async def name_organization(self, request: web.Request) -> web.Response:
        """Register an organization by name, or rename it

        An organization is known from its first write anyway; this gives it a name.
        """
        organization_id = path_id(request, "id")
        body = await json_body(request, OrganizationReplacement)
        with acting_as(caller_for(request, organization_id)):
            recorded = await self.name_it(NameOrganization(organization_id=organization_id, name=body.name))
        return json_response(
            Organization(id=organization_id, name=body.name.strip(), revision=recorded.revision),
            revision=recorded.revision,
            position=recorded.position,
        )

    @endpoint(
        "DELETE",
        "/api/admin/organizations/{id}",
        access=Access.PLATFORM,
        tag="administration",
        answers=REMOVED,
        problems=(OrganizationNotFound, Conflict),
    )
    async def remove_organization(self, request: web.Request) -> web.Response:
        """Remove an organization

        Its keys are destroyed, and everything that is kept of it beside its log is forgotten: providers, models,
        checks, snapshots, figures of use, idempotency keys. The log stays verifiable, closed by an event; whoever
        writes for the organization afterwards is answered with 410. Removing it again changes nothing.
        """
        organization_id = path_id(request, "id")
        with acting_as(caller_for(request, organization_id)):
            recorded = await self.remove_it(RemoveOrganization(organization_id=organization_id))
        return no_content() if recorded is None else removed_response(recorded)
