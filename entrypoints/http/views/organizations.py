"""Routes of organizations, for platform administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.caller import acting_as
from application.commands.name_organization import NameOrganization
from entrypoints.http.bodies.kinds import Name
from entrypoints.http.exchange import caller_for
from entrypoints.http.fields import Body
from entrypoints.http.requests import json_body, path_id
from entrypoints.http.responses import json_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from application.recorded import Recorded


class OrganizationReplacement(Body):
    """What can be written of an organization."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationViews:
    """Turns requests about organizations into use cases."""

    name_it: Callable[[NameOrganization], Awaitable[Recorded]]

    async def name_organization(self, request: web.Request) -> web.Response:
        """Register an organization by name, or rename it

        An organization is known from its first write anyway; this gives it a name.
        """
        organization_id = path_id(request, "id")
        body = await json_body(request, OrganizationReplacement)
        with acting_as(caller_for(request, organization_id)):
            recorded = await self.name_it(NameOrganization(organization_id=organization_id, name=body.name))
        return json_response(
            {"id": organization_id, "name": body.name.strip(), "revision": recorded.revision},
            revision=recorded.revision,
            position=recorded.position,
        )
