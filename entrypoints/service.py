"""A serving process: opens the container, serves until told to stop, closes everything in order."""

from __future__ import annotations

import asyncio
import signal
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from aiohttp import web

from entrypoints.container import Container
from entrypoints.http.app import build_app, build_runner
from entrypoints.http.authentication import TokenVerifier
from entrypoints.http.options import HttpOptions
from entrypoints.http.routing.all import Views
from entrypoints.http.views.audit import AuditViews
from entrypoints.http.views.bulk import BulkViews
from entrypoints.http.views.discovery import DiscoveryViews
from entrypoints.http.views.models import ModelViews
from entrypoints.http.views.organizations import OrganizationViews
from entrypoints.http.views.providers import ProviderViews
from entrypoints.logs import build_logger
from entrypoints.token_keys import token_keys

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

    from structlog.typing import FilteringBoundLogger

    from entrypoints.runtime import Runtime
    from entrypoints.settings import Settings

CONTAINER: web.AppKey[Container] = web.AppKey("container", Container)


async def serve(runtime: Runtime, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on the listening socket until SIGINT or SIGTERM, then finish the requests in flight."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with running(runtime, listener):
        ready()
        await stopping.wait()


@asynccontextmanager
async def running(runtime: Runtime, listener: socket.socket) -> AsyncIterator[Container]:
    """Serve on the listening socket as long as the block lasts."""
    async with opened(runtime) as container:
        logger = build_logger(level=runtime.settings.log_level, log_format=runtime.settings.log_format)
        app = application(container, runtime, logger)
        runner = build_runner(app, http_options(runtime.settings), logger)
        await runner.setup()
        try:
            await web.SockSite(runner, listener, backlog=1024).start()
            yield container
        finally:
            await runner.cleanup()


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Container]:
    """Return the container with its pools and its outbound client open."""
    container = Container(
        database_url=runtime.database_url,
        master_keys=runtime.master_keys,
        egress_allow=runtime.settings.egress_allow,
        discovery_ttl=runtime.settings.discovery_ttl,
    )
    await container.reading_pool().open(wait=True)
    container.writing_pool().open(wait=True)
    await container.egress().start()
    # The price list takes 0.1 s to load: nobody's first request should wait for it, nor the start.
    warming = asyncio.get_running_loop().run_in_executor(None, container.catalogue().warm_up)
    try:
        yield container
    finally:
        await warming
        await container.egress().close()
        container.ledger().close()
        container.writing_pool().close()
        await container.reading_pool().close()


def application(container: Container, runtime: Runtime, logger: FilteringBoundLogger) -> web.Application:
    """Return the web application over an open container."""
    settings = runtime.settings
    app = build_app(
        views(container).routes(),
        verifier=TokenVerifier(token_keys(runtime), audience=settings.jwt_audience, issuer=settings.jwt_issuer),
        claims=container.claims(),
        checks={"database": container.tenant().ping},
        options=http_options(settings),
        logger=logger,
    )
    app[CONTAINER] = container
    return app


def views(container: Container) -> Views:
    """Return all views with their use cases."""
    return Views(
        providers=ProviderViews(
            documents=container.provider_documents(),
            register=container.register_provider(),
            change=container.change_provider(),
            remove=container.remove_provider(),
        ),
        models=ModelViews(
            documents=container.model_documents(),
            register=container.register_model(),
            change=container.change_model(),
            replace=container.replace_model(),
            remove=container.remove_model(),
        ),
        bulk=BulkViews(documents=container.model_documents(), change_in_bulk=container.change_models_in_bulk()),
        discovery=DiscoveryViews(
            documents=container.provider_documents(),
            checks=container.health_checks(),
            check=container.check_provider(),
            try_out=container.try_connection(),
            discover_one=container.discover_models_of(),
            discover_all=container.discover_models(),
            import_them=container.import_models(),
        ),
        audit=AuditViews(log=container.audit_log(), history=container.history()),
        organizations=OrganizationViews(name_it=container.name_organization()),
    )


def http_options(settings: Settings) -> HttpOptions:
    """Return what the settings say of the HTTP side."""
    return HttpOptions(
        cors_origins=settings.cors_origins, version=version("model-ledger"), log_format=settings.log_format
    )
