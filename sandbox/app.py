"""The sandbox as an aiohttp application."""

from aiohttp import web

from sandbox.control_api import control_routes
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.providers.simulated_provider import unknown_address
from sandbox.request_handler import SandboxState, request_handler

#: Above 32 MB, where the simulated Anthropic answers 413 itself.
_LARGEST_BODY = 48 * 1024 * 1024


def create_app(state: SandboxState | None = None) -> web.Application:
    """Return the application with all providers and the control routes, on a fresh state by default."""
    state = state or SandboxState()
    app = web.Application(client_max_size=_LARGEST_BODY)
    app.add_routes(control_routes(state))
    for provider in PROVIDERS.values():
        for route in (*provider.routes, unknown_address(provider)):
            app.router.add_route(route.method, provider.root + route.path, request_handler(state, provider, route))
    return app
