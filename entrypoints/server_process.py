"""A serving process: opens the container, serves on a socket, closes everything in order."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from aiohttp import web
from structlog.typing import FilteringBoundLogger

from application.health.health_monitor import MonitorHealth
from application.ports.tracing import Tracer
from entrypoints.auditing.audit_trail import audit_trail
from entrypoints.container import Container
from entrypoints.http.access_key_verifier import AccessKeyVerifier
from entrypoints.http.app import build_app, build_runner
from entrypoints.http.authentication import TokenVerifier
from entrypoints.http.health import Warn
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.metrics import HttpMetrics
from entrypoints.http.rate_limits import RateLimiter
from entrypoints.http.routes import Route, routes_of
from entrypoints.http.shutdown_state import ShutdownState
from entrypoints.logs import build_logger, every_log
from entrypoints.malloc_settings import give_back_free_pages, give_back_large_blocks
from entrypoints.monitoring.background_work import in_background
from entrypoints.monitoring.clock_watch import watched_clock
from entrypoints.monitoring.elected_work_log import LoggedDeliveries, LoggedHealth
from entrypoints.monitoring.event_loop_lag import measured_event_loop
from entrypoints.monitoring.health_metrics import HealthFigures
from entrypoints.monitoring.loop_figures import ExampleOf
from entrypoints.monitoring.prompt_metrics import CountedUses, PromptFigures
from entrypoints.monitoring.replica_watch import watched_replica
from entrypoints.monitoring.resource_metrics import (
    AppendFigures,
    CountedAdmission,
    OutboundFigures,
    PoolFigures,
    RebuildFigures,
    RefusalFigures,
)
from entrypoints.monitoring.telemetry import Telemetry, exported
from entrypoints.monitoring.token_key_fetches import TokenKeyFetches
from entrypoints.monitoring.webhook_metrics import WebhookFigures
from entrypoints.monitoring.worker_figures import WorkerSlot, answering
from entrypoints.preparation.container import open_telemetry
from entrypoints.runtime import Runtime
from entrypoints.settings import Settings
from entrypoints.token_key_settings import token_keys
from modelbook import __version__

# All requests wait for the garbage collector, whatever thread it runs in: some 1 ms for each 1,000 objects, where these
# refer to many others. It looks at 4,000 to 12,000 of the newest at a time, and hardly ever at all there are, as cycles
# are rare. From 1,000 on it would run for what a few requests in flight hold, which costs prompts 1.5 % of their time.
_COLLECTIONS: Final = (4_000, 1, 2_500)

CONTAINER: web.AppKey[Container] = web.AppKey("container", Container)

# Python's own 5 ms are what the event loop would wait for a busy thread after each of the dozen waits of a prompt.
_SWITCH_SECONDS: Final = 0.0002


@asynccontextmanager
async def running(
    runtime: Runtime,
    listener: socket.socket,
    more: Sequence[Route] = (),
    *,
    stopping: ShutdownState | None = None,
    slot: WorkerSlot | None = None,
) -> AsyncIterator[Container]:
    """Serve on the listening socket as long as the block lasts; `more` are routes beside the usual ones.

    `stopping` is how the end comes, `slot` where one of several workers finds the others. The requests in flight at
    the end of the block are finished, within a limit.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    give_back_large_blocks()
    settings = runtime.settings
    telemetry = open_telemetry(settings.telemetry, version=__version__)
    processors = () if telemetry is None else (telemetry.process_log_line,)
    logger = build_logger(level=settings.log_level, log_format=settings.log_format, more=processors)
    with every_log(logger):
        async with _running(runtime, listener, logger, more, stopping or ShutdownState(), slot, telemetry) as container:
            yield container


@asynccontextmanager
async def _running(
    runtime: Runtime,
    listener: socket.socket,
    logger: FilteringBoundLogger,
    more: Sequence[Route],
    stopping: ShutdownState,
    slot: WorkerSlot | None,
    telemetry: Telemetry | None,
) -> AsyncIterator[Container]:
    token = runtime.settings.metrics_token
    tracer, example = (None, None) if telemetry is None else (telemetry.tracer, telemetry.exemplar)
    metrics = HttpMetrics(
        token=None if token is None else token.get_secret_value(),
        other_workers=() if slot is None else slot.others,
        example=example,
    )
    async with exported(telemetry, metrics, logger), opened(runtime, tracer) as container:
        _count(container, metrics, tracer, example)
        async with (
            answering(slot, metrics.registry),
            measured_event_loop(logger, metrics.registry),
            audit_trail(
                container.auditing(), logger, metrics.registry, interval=runtime.settings.checkpoint_interval
            ) as checkpoints,
            watched_clock(container.log_clock(), logger, metrics.registry) as clock,
            _watching_replica(container, runtime, logger, metrics) as of_replica,
        ):
            warnings = {"checkpoints": checkpoints.warning, "clock": clock.warning, **of_replica}
            app = application(
                container, runtime, logger, metrics, more=more, warnings=warnings, stopping=stopping, tracer=tracer
            )
            observer = LoggedDeliveries(logger, WebhookFigures(metrics.registry))
            runner = build_runner(app, http_options(runtime.settings), logger, stopping)
            await runner.setup()
            try:
                async with (
                    _monitoring(container, runtime.settings, metrics, logger),
                    in_background(container.sweep_usage_for_ever(), logger),
                    in_background(partial(container.deliver_for_ever(), observer=observer), logger),
                    in_background(container.sweep_sessions_for_ever(), logger),
                    in_background(container.note_overdue_thresholds_for_ever(), logger),
                    in_background(give_back_free_pages, logger),
                ):
                    await web.SockSite(runner, listener, backlog=1024).start()
                    yield container
            finally:
                await runner.cleanup()


def _count(container: Container, metrics: HttpMetrics, tracer: Tracer | None, example: ExampleOf | None) -> None:
    """Have the parts of the container counted."""
    registry, runs = metrics.registry, container.prompt_runner()
    admission = CountedAdmission(
        limits=runs.admission.limits, budgets=runs.admission.budgets, refused=RefusalFigures(registry).refused
    )
    uses = CountedUses(container.usage_ledger(), PromptFigures(registry, example=example))
    container.prompt_runner.override(replace(runs, usage=uses, admission=admission))
    container.ledger().appended = AppendFigures(registry, example=example, tracer=tracer).appended
    OutboundFigures(container.shares(), registry)
    pools = {
        "reading": container.reading_pool(),
        "writing": container.writing_pool(),
        "long reading": container.long_reading_pool(),
        "administration": container.administration.pool(),
    }
    if container.database_read_url():
        pools |= {"replica": container.replica_pool(), "long replica": container.long_replica_pool()}
    PoolFigures(pools, registry)
    metrics.refresh.append(RebuildFigures(container.administration.rebuild_times().read, registry).refresh)


@asynccontextmanager
async def _watching_replica(
    container: Container, runtime: Runtime, logger: FilteringBoundLogger, metrics: HttpMetrics
) -> AsyncIterator[Mapping[str, Warn]]:
    """Watch the read replica as long as the block lasts, and give what warns of it; nothing where there is none."""
    if runtime.database_read_url is None:
        yield {}
        return
    replica, probe = container.read_replica(), container.replica_probe()
    async with watched_replica(replica, probe, logger, metrics.registry) as watch:
        yield {"readReplica": watch.warning}


@asynccontextmanager
async def _monitoring(
    container: Container, settings: Settings, metrics: HttpMetrics, logger: FilteringBoundLogger
) -> AsyncIterator[None]:
    """Take part in the election of the health monitor as long as the block lasts, unless nothing is to be checked."""
    if settings.health_interval == 0:
        yield
        return
    observer = LoggedHealth(logger, HealthFigures(metrics.registry, settings.health_interval))
    command = MonitorHealth(interval_seconds=settings.health_interval)
    async with in_background(lambda: container.monitor_health()(command, observer=observer), logger):
        yield


@asynccontextmanager
async def opened(runtime: Runtime, tracer: Tracer | None = None) -> AsyncIterator[Container]:
    """Return the container with its pools and its outbound client open."""
    container = Container(runtime=runtime, tracer=tracer)
    await container.reading_pool().open(wait=True)
    await container.long_reading_pool().open()
    if runtime.database_read_url is not None:
        await container.replica_pool().open()
        await container.long_replica_pool().open()
    container.writing_pool().open(wait=True)
    await container.administration.pool().open()
    await container.egress().start()
    await container.egress_reserve().start()
    await container.usage_ledger().start()
    await container.access_key_uses().start()
    await container.budgets().start()
    # The price list takes 0.1 s to load: nobody's first request should wait for it, nor the start.
    warming = asyncio.create_task(warmed_up(container.catalogue().warm_up))
    try:
        yield container
    finally:
        await warming
        await container.model_lists().close()
        await container.cool_down_sharing().close()
        await container.usage_ledger().close()
        await container.access_key_uses().close()
        await container.budgets().close()
        await container.administration.launcher().close()
        await container.administration.pool().close()
        await container.egress().close()
        await container.egress_reserve().close()
        await container.rate_limits().close()
        container.ledger().close()
        await container.hints().close()
        container.writing_pool().close()
        if runtime.database_read_url is not None:
            await container.replica_probe().close()
            await container.long_replica_pool().close()
            await container.replica_pool().close()
        await container.long_reading_pool().close()
        await container.reading_pool().close()


async def warmed_up(load: Callable[[], None]) -> None:
    """Load in a thread, then have the garbage collector ignore what exists by now.

    Those are well over 100,000 objects: whenever it looked for cycles among them, all requests would wait for 0.1 s.
    """
    await asyncio.get_running_loop().run_in_executor(None, load)
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)


def application(
    container: Container,
    runtime: Runtime,
    logger: FilteringBoundLogger,
    metrics: HttpMetrics | None = None,
    *,
    more: Sequence[Route] = (),
    warnings: Mapping[str, Warn] | None = None,
    stopping: ShutdownState | None = None,
    tracer: Tracer | None = None,
) -> web.Application:
    """Return the web application over an open container."""
    settings = runtime.settings
    metrics = metrics or HttpMetrics()
    fetches = TokenKeyFetches(logger, metrics.registry)
    app = build_app(
        [*routes_of(*container.views()), *more],
        verifier=AccessKeyVerifier(
            TokenVerifier(
                token_keys(runtime, fetches.ended), audience=settings.jwt_audience, issuer=settings.jwt_issuer
            ),
            container.access_key_cache(),
            container.access_key_uses(),
            container.clock(),
        ),
        claims=container.claims(),
        fingerprints=container.keyring().fingerprints,
        limiter=RateLimiter(container.rate_limits(), container.quotas(), container.shares()),
        stocks=container.stocks(),
        sign_in=container.sign_in(),
        checks={"database": container.tenant().ping},
        warnings=warnings or {},
        options=http_options(settings),
        stopping=stopping,
        logger=logger,
        metrics=metrics,
        tracer=tracer,
    )

    async def end_streams(_: web.Application) -> None:
        await container.auditing.feed().close()

    # Nobody should wait for streams that continue for ever.
    app.on_shutdown.append(end_streams)
    app[CONTAINER] = container
    return app


def http_options(settings: Settings) -> HttpOptions:
    """Return what the settings say about the HTTP side."""
    return HttpOptions(
        cors_origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
        shutdown_seconds=settings.shutdown_seconds,
        version=__version__,
    )
