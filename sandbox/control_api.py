"""The control API under `/_sandbox`: faults, catalogues and recorded requests, for clients in other processes."""

from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from sandbox.faults.fault import Fault
from sandbox.faults.fault_queue import ANY, UnknownFault
from sandbox.json_fields import JsonObject, list_at, objects_at
from sandbox.model_catalogue import ModelCatalogue
from sandbox.request_handler import SandboxState
from sandbox.simulator_guide import describe

_View = Callable[[web.Request], Awaitable[web.Response]]
_FAULT_FIELDS = ("kind", "provider", "operation", "times")


class InvalidControlRequest(Exception):
    """The message says what is wrong with the request."""


def control_routes(state: SandboxState) -> list[web.RouteDef]:
    """Faults, catalogues and the record of requests, to be read and changed."""

    async def list_faults(_request: web.Request) -> web.Response:
        return _json({"faults": [_shown(fault) for fault in state.faults.pending()]})

    async def add_fault(request: web.Request) -> web.Response:
        return _json(_shown(_add_fault(state, await _body(request))), status=201)

    async def clear_faults(_request: web.Request) -> web.Response:
        state.faults.clear()
        return web.Response(status=204)

    async def list_requests(_request: web.Request) -> web.Response:
        return _json({"requests": [recorded.summary() for recorded in state.requests]})

    async def forget_requests(_request: web.Request) -> web.Response:
        state.requests.clear()
        return web.Response(status=204)

    async def change_catalogue(request: web.Request) -> web.Response:
        provider = request.match_info["provider"]
        if provider not in state.catalogues:
            raise InvalidControlRequest(f"unknown provider {provider!r}; known: {', '.join(state.catalogues)}")
        _change(state.catalogues[provider], await _body(request))
        return web.Response(status=204)

    async def show_guide(request: web.Request) -> web.Response:
        return _json(describe(str(request.url.origin())))

    return [
        web.get("/_sandbox", _checked(show_guide)),
        web.get("/_sandbox/faults", _checked(list_faults)),
        web.post("/_sandbox/faults", _checked(add_fault)),
        web.delete("/_sandbox/faults", _checked(clear_faults)),
        web.get("/_sandbox/requests", _checked(list_requests)),
        web.delete("/_sandbox/requests", _checked(forget_requests)),
        web.post("/_sandbox/catalogue/{provider}", _checked(change_catalogue)),
    ]


def _checked(request_handler: _View) -> _View:
    async def serve(request: web.Request) -> web.Response:
        try:
            return await request_handler(request)
        except (InvalidControlRequest, UnknownFault) as error:
            return _json({"error": str(error)}, status=400)

    return serve


def _add_fault(state: SandboxState, body: JsonObject) -> Fault:
    times = body.get("times")
    if times is not None and (isinstance(times, bool) or not isinstance(times, int)):
        raise InvalidControlRequest("times must be a whole number, or absent for ever")
    if "kind" not in body:
        raise InvalidControlRequest("kind is required")
    parameters = {name: value for name, value in body.items() if name not in _FAULT_FIELDS}
    return state.faults.add(
        kind=str(body["kind"]),
        provider=str(body.get("provider", ANY)),
        operation=str(body.get("operation", ANY)),
        times=times,
        **parameters,
    )


def _change(catalogue: ModelCatalogue, body: JsonObject) -> None:
    """Apply `{"add": [{"id": ...}], "change": [{"id": ...}], "remove": ["id"]}`."""
    unknown = body.keys() - {"add", "change", "remove"}
    if unknown:
        raise InvalidControlRequest(f"unknown field {min(unknown)!r}; known: add, change, remove")
    for row in objects_at(body, "add"):
        catalogue.add(str(row.get("id")), **{name: value for name, value in row.items() if name != "id"})
    try:
        for row in objects_at(body, "change"):
            catalogue.change(str(row.get("id")), **{name: value for name, value in row.items() if name != "id"})
        for model_id in list_at(body, "remove"):
            catalogue.remove(str(model_id))
    except KeyError as error:
        raise InvalidControlRequest(f"no model {error.args[0]!r}") from error


def _shown(fault: Fault) -> JsonObject:
    return {
        "kind": fault.kind,
        "provider": fault.provider,
        "operation": fault.operation,
        "times": fault.times,
        **fault.parameters,
    }


async def _body(request: web.Request) -> JsonObject:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise InvalidControlRequest("the body must be a JSON object") from error
    if not isinstance(body, dict):
        raise InvalidControlRequest("the body must be a JSON object")
    return body


def _json(value: JsonObject, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
