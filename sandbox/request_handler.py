"""The aiohttp handler of a simulated provider's routes: records, parses and answers each request."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import web

from sandbox.choose_response import choose_response
from sandbox.faults.fault_queue import FaultQueue
from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import ModelCatalogue
from sandbox.parsed_request import ApiCall, Operation
from sandbox.provider_responses import ProviderResponse, ProviderStream
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.providers.simulated_provider import Route, SimulatedProvider
from sandbox.recorded_requests import KEPT_REQUESTS, LARGEST_KEPT_BODY, RecordedRequest
from sandbox.send_response import ConnectionDropped, send_response

#: Between two looks at whether a held request may be answered.
_STEP_SECONDS = 0.01

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _catalogues() -> dict[str, ModelCatalogue]:
    return {name: provider.catalogue() for name, provider in PROVIDERS.items()}


def _faults() -> FaultQueue:
    return FaultQueue(
        {
            name: {case_name: case.in_stream for case_name, case in provider.cases.items()}
            for name, provider in PROVIDERS.items()
        }
    )


@dataclass(slots=True)
class SandboxState:
    """The sandbox's in-memory state."""

    faults: FaultQueue = field(default_factory=_faults)
    catalogues: Mapping[str, ModelCatalogue] = field(default_factory=_catalogues)
    requests: deque[RecordedRequest] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    caches: Mapping[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in PROVIDERS})
    count: int = 0
    #: Set by the next request, which leaves a new one in its place.
    arrival: asyncio.Event = field(default_factory=asyncio.Event)


def request_handler(state: SandboxState, provider: SimulatedProvider, route: Route) -> View:
    """Return the aiohttp handler for a route of a provider."""

    async def serve(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = _read(state, provider, route, request, raw)
        recorded = _record(state, request, call)
        if call.has_fault("swapped_delivery"):
            call.operation = "chat" if call.operation == "stream" else "stream"
        try:
            response = await _answer(request, provider, route, call, recorded)
        except ConnectionDropped:
            recorded.end("dropped", None)
            return web.Response()
        except (asyncio.CancelledError, ConnectionResetError):
            recorded.end("disconnected", None)
            raise
        recorded.end("answered", response.status)
        return response

    return serve


async def _answer(
    request: web.Request, provider: SimulatedProvider, route: Route, call: ApiCall, recorded: RecordedRequest
) -> web.StreamResponse:
    fault = call.fault
    if fault is not None:
        await asyncio.sleep(fault.seconds("delay") + (fault.seconds() if fault.kind == "delay" else 0.0))
        while fault.kind == "hold" and not fault.is_cleared:  # noqa: ASYNC110 - another thread may clear the faults
            await asyncio.sleep(_STEP_SECONDS)
    answer = choose_response(provider, route, call)
    recorded.prompt = call.prompt
    recorded.billed = call.billed
    return await send_response(request, answer, fault, _error_frame(provider, call, answer))


def _error_frame(provider: SimulatedProvider, call: ApiCall, answer: ProviderResponse | ProviderStream) -> bytes:
    """The provider's overload as an event; nothing when there is no stream to put it in."""
    return provider.error_frame(provider.cases["overloaded"], call) if isinstance(answer, ProviderStream) else b""


def _read(state: SandboxState, provider: SimulatedProvider, route: Route, request: web.Request, raw: bytes) -> ApiCall:
    state.count += 1
    body = _json_object(raw)
    operation: Operation = route.operation
    if operation == "chat" and body is not None and body.get("stream") is True:
        operation = "stream"
    later_page = not provider.page_parameters.isdisjoint(request.query)
    fault = state.faults.take(provider=provider.name, operation=operation, later_page=later_page)
    return ApiCall(
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


def _record(state: SandboxState, request: web.Request, call: ApiCall) -> RecordedRequest:
    recorded = RecordedRequest(
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
    state.requests.append(recorded)
    state.arrival.set()
    state.arrival = asyncio.Event()
    return recorded


def _json_object(raw: bytes) -> JsonObject | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
