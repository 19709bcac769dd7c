"""Builds the web application from its routes, and the server that runs it."""

from collections.abc import Mapping, Sequence

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11
from structlog.typing import FilteringBoundLogger

from application.bounds.stocks import Stocks
from application.ports.idempotency_claims import Claims
from application.ports.tracing import Tracer
from entrypoints.console.routes import console_routes
from entrypoints.http.access_control import AccessControl
from entrypoints.http.authentication import Verifier
from entrypoints.http.documentation.page import Documentation
from entrypoints.http.headers import Headers
from entrypoints.http.health import Check, HealthViews, Warn
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.idempotency import Fingerprints, Idempotency
from entrypoints.http.known_callers import KNOWN_CALLERS, KnownCallers
from entrypoints.http.metrics import HttpMetrics
from entrypoints.http.rate_limits import RateLimiter
from entrypoints.http.refusal_pace import RefusalPace
from entrypoints.http.request_bodies import REQUEST_BODIES, RequestBodies
from entrypoints.http.request_middleware import RequestMiddleware, RequestTraces
from entrypoints.http.routes import Route, routes_of
from entrypoints.http.shutdown_state import ShutdownState
from entrypoints.http.sign_in.sign_in import SignIn
from entrypoints.http.transport import Runner


def build_app(
    routes: Sequence[Route],
    *,
    verifier: Verifier,
    claims: Claims,
    fingerprints: Fingerprints,
    limiter: RateLimiter,
    stocks: Stocks,
    checks: Mapping[str, Check],
    sign_in: SignIn | None = None,
    warnings: Mapping[str, Warn] | None = None,
    options: HttpOptions,
    stopping: ShutdownState | None = None,
    logger: FilteringBoundLogger,
    metrics: HttpMetrics | None = None,
    tracer: Tracer | None = None,
) -> web.Application:
    """Return the application with these routes, and with those for health, figures and documentation."""
    metrics, stopping = metrics or HttpMetrics(), stopping or ShutdownState()
    records: dict[web.AbstractRoute, Route] = {}
    requests = RequestMiddleware(records, logger=logger, metrics=metrics, trusted_proxies=options.trusted_proxies)
    limiter.check(routes)
    known_callers = KnownCallers()
    access = AccessControl(
        verifier,
        Idempotency(claims, fingerprints, stocks, logger=logger, hold_seconds=options.hold_seconds),
        limiter,
        sign_in=sign_in,
        known_callers=known_callers,
        logger=logger,
    )
    traces = [] if tracer is None else [RequestTraces(records, tracer).middleware]
    pace = RefusalPace(stopping, metrics.refusals_waiting)
    app = web.Application(middlewares=[pace.middleware, *traces, requests.middleware, access.middleware])
    app[KNOWN_CALLERS] = known_callers
    app[REQUEST_BODIES] = RequestBodies(options, limiter.shares)
    app.on_response_prepare.append(Headers(options.cors_origins, stopping).on_response_prepare)
    health = HealthViews(checks, warnings or {}, stopping, seconds=options.readiness_seconds)
    all_routes = [*routes, *routes_of(health, metrics)]
    pages = [*Documentation(all_routes, version=options.version).routes(), *console_routes()]
    records.update(_added(app, [*all_routes, *pages]))
    return app


def build_runner(
    app: web.Application, options: HttpOptions, logger: FilteringBoundLogger, stopping: ShutdownState | None = None
) -> web.AppRunner:
    """Return what serves the application; its `cleanup()` first lets the requests in flight finish, within a limit."""
    return Runner(app, options, logger, stopping or ShutdownState())


def _added(app: web.Application, routes: Sequence[Route]) -> Mapping[web.AbstractRoute, Route]:
    """Add the routes to the router, GET with HEAD, and return the record of each."""
    records: dict[web.AbstractRoute, Route] = {}
    resources: dict[str, web.Resource] = {}
    for record in routes:
        if record.path not in resources:
            resources[record.path] = app.router.add_resource(record.path)
        for method in ("GET", "HEAD") if record.method == "GET" else (record.method,):
            added = resources[record.path].add_route(method, record.handler, expect_handler=_expect)
            records[added] = record
    return records


async def _expect(request: web.Request) -> None:
    """Send 100 (Continue) to a client that expects it; any other expectation is refused elsewhere."""
    if request.version == HttpVersion11 and request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # That was not the beginning of the answer.
        request.writer.output_size = 0
