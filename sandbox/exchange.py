"""One request from arrival to end: recorded, read, decided, delivered."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import web

from sandbox.answers import Answer, EventStream
from sandbox.call import Call, Operation
from sandbox.catalogue import Catalogue
from sandbox.decide import decide
from sandbox.delivery import DroppedError, deliver
from sandbox.faults.store import Faults
from sandbox.json_types import JsonObject
from sandbox.providers.provider import Provider, Route
from sandbox.providers.registry import PROVIDERS
from sandbox.received import KEPT_REQUESTS, LARGEST_KEPT_BODY, Received

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _catalogues() -> dict[str, Catalogue]:
    return {name: provider.catalogue() for name, provider in PROVIDERS.items()}


def _faults() -> Faults:
    return Faults(
        {
            name: {case_name: case.in_stream for case_name, case in provider.cases.items()}
            for name, provider in PROVIDERS.items()
        }
    )


@dataclass(slots=True)
class State:
    """All that a sandbox remembers; gone when it stops."""

    faults: Faults = field(default_factory=_faults)
    catalogues: Mapping[str, Catalogue] = field(default_factory=_catalogues)
    requests: deque[Received] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    caches: Mapping[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in PROVIDERS})
    count: int = 0
    #: Set by the next request, which leaves a new one in its place.
    arrival: asyncio.Event = field(default_factory=asyncio.Event)


def view(state: State, provider: Provider, route: Route) -> View:
    """The web view of one route of a provider."""

    async def serve(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = _read(state, provider, route, request, raw)
        received = _record(state, request, call)
        if call.has_fault("swapped_delivery"):
            call.operation = "chat" if call.operation == "stream" else "stream"
        try:
            response = await _answer(request, provider, route, call)
        except DroppedError:
            received.end("dropped", None)
            return web.Response()
        except (asyncio.CancelledError, ConnectionResetError):
            received.end("disconnected", None)
            raise
        received.end("answered", response.status)
        return response

    return serve


async def _answer(request: web.Request, provider: Provider, route: Route, call: Call) -> web.StreamResponse:
    fault = call.fault
    if fault is not None:
        await asyncio.sleep(fault.seconds("delay") + (fault.seconds() if fault.kind == "delay" else 0.0))
    answer = decide(provider, route, call)
    return await deliver(request, answer, fault, _error_frame(provider, call, answer))


def _error_frame(provider: Provider, call: Call, answer: Answer | EventStream) -> bytes:
    """The provider's overload as an event; nothing when there is no stream to put it in."""
    return provider.error_frame(provider.cases["overloaded"], call) if isinstance(answer, EventStream) else b""


def _read(state: State, provider: Provider, route: Route, request: web.Request, raw: bytes) -> Call:
    state.count += 1
    body = _json_object(raw)
    operation: Operation = route.operation
    if operation == "chat" and body is not None and body.get("stream") is True:
        operation = "stream"
    later_page = not provider.page_parameters.isdisjoint(request.query)
    fault = state.faults.take(provider=provider.name, operation=operation, later_page=later_page)
    return Call(
        provider=provider.name,
        operation=operation,
        method=request.method,
        path=request.path,
        query=request.query,
        query_items=tuple(request.query.items()),
        headers=request.headers,
        body=body,
        body_size=len(raw),
        parameters=request.match_info,
        key=provider.find_key(request.headers, request.query),
        number=state.count,
        catalogue=state.catalogues[provider.name],
        fault=fault,
        now=time.time(),
        cache=state.caches[provider.name],
    )


def _record(state: State, request: web.Request, call: Call) -> Received:
    received = Received(
        number=call.number,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        json=call.body if call.body_size <= LARGEST_KEPT_BODY else None,
        body_size=call.body_size,
        provider=call.provider,
        operation=call.operation,
    )
    state.requests.append(received)
    state.arrival.set()
    state.arrival = asyncio.Event()
    return received


def _json_object(raw: bytes) -> JsonObject | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
