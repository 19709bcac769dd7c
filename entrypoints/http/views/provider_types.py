"""The route that lists provider types."""

from dataclasses import dataclass

from aiohttp import web

from application.ports.provider_gateway import ProviderGateway
from entrypoints.http.answers.provider_types import ProviderKinds
from entrypoints.http.authorization import Access
from entrypoints.http.json_responses import json_response
from entrypoints.http.routes import Answer, endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTypeViews:
    """Lists the types of provider that the gateway knows."""

    gateway: ProviderGateway

    @endpoint(
        "GET",
        "/api/ai/provider-types",
        access=Access.VIEWER,
        tag="providers",
        answers={200: Answer(description="All types there are.", schema=ProviderKinds)},
    )
    async def list_provider_types(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the same for everybody
        """List the types of provider

        All that a form for a new provider is drawn from: settings, the usual endpoint, whether a key is needed, and
        presets for well-known services. Types that installed packages bring are among them.
        """
        return json_response(ProviderKinds.model_validate({"data": self.gateway.types()}))
