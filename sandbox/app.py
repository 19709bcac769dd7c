"""The sandbox as an aiohttp application."""

from aiohttp import web

from sandbox.control import control_routes
from sandbox.exchange import State, view
from sandbox.providers.provider import lost
from sandbox.providers.registry import PROVIDERS

#: Above the 32 MB at which Anthropic answers 413, so that it is Anthropic who does.
_LARGEST_BODY = 48 * 1024 * 1024


def create_app(state: State | None = None) -> web.Application:
    """All providers and the control routes; without a `state` given, a fresh one."""
    state = state or State()
    app = web.Application(client_max_size=_LARGEST_BODY)
    app.add_routes(control_routes(state))
    for provider in PROVIDERS.values():
        for route in (*provider.routes, lost(provider)):
            app.router.add_route(route.method, provider.root + route.path, view(state, provider, route))
    return app
