"""Which answer a request gets: a fault's, a refusal of its key, or the provider's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sandbox.answers import Answer, EventStream, RefusedError
from sandbox.call import Call
from sandbox.cases import BAD_GATEWAY, Case, play
from sandbox.faults.fault import Fault
from sandbox.keys import NAMES, WORKING
from sandbox.providers.provider import Provider, Route


def decide(provider: Provider, route: Route, call: Call) -> Answer | EventStream:
    """The answer to the call, with the provider's own headers; what a fault does to its delivery comes later."""
    answer = _decide(provider, route, call)
    return replace(answer, headers={**provider.headers(call), **answer.headers})


def _decide(provider: Provider, route: Route, call: Call) -> Answer | EventStream:
    instead = _instead(provider, call)
    if instead is not None:
        return instead
    case = _refusal_of_key(provider, call) or _case_of_fault(provider, call)
    if case is not None and not case.in_stream:
        return play(case, call)
    try:
        answer = route.handle(call)
    except RefusedError as refused:
        return provider.refuse(refused, call)
    if case is not None and isinstance(answer, EventStream):
        return replace(answer, frames=[*answer.frames[:2], provider.error_frame(case, call)])
    return answer


def _refusal_of_key(provider: Provider, call: Call) -> Case | None:
    if call.operation in {"health", "other"} or call.operation in provider.public:
        return None
    if call.key is None:
        return provider.cases["no_key"] if provider.requires_key else None
    name = NAMES[provider.name].get(call.key)
    if name is None:
        return provider.cases["bad_key"] if provider.requires_key else None
    if name in WORKING:
        return None
    case = provider.cases[name]
    return case if call.operation in case.operations else None


def _instead(provider: Provider, call: Call) -> Answer | None:
    """What a fault answers instead of the provider."""
    fault = call.fault
    if fault is None:
        return None
    stand_in = _STAND_INS.get(fault.kind)
    if stand_in is not None:
        return stand_in(provider, call, fault)
    case = _case_of_fault(provider, call)
    return None if case is None or case.in_stream else play(case, call)


def _case_of_fault(provider: Provider, call: Call) -> Case | None:
    return None if call.fault is None else provider.cases.get(call.fault.kind)


def _any_status(_provider: Provider, _call: Call, fault: Fault) -> Answer:
    body = fault.parameters.get("body", {"error": {"message": "made up by the sandbox"}})
    headers = fault.parameters.get("headers")
    return Answer(
        body=body,
        status=fault.number("status", 500),
        headers={str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        content_type=fault.text("content_type", "text/plain" if isinstance(body, str) else "application/json"),
    )


def _rate_limited(provider: Provider, call: Call, fault: Fault) -> Answer:
    """The provider's 429; the case's own waits stay only when the fault names none."""
    given = fault.parameters
    texts = {name: str(given[name]) for name in ("retry_delay", "try_again") if name in given}
    answer = play(provider.cases["rate_limited"], call, texts)
    headers: dict[str, str] = {}
    if "retry_after" in given:
        headers["retry-after"] = str(given["retry_after"])
    if "retry_date" in given:
        due = datetime.fromtimestamp(call.now, UTC) + timedelta(seconds=fault.seconds("retry_date"))
        headers["retry-after"] = format_datetime(due, usegmt=True)
    if "retry_after_ms" in given:
        headers["retry-after-ms"] = str(given["retry_after_ms"])
    if "should_retry" in given:
        headers["x-should-retry"] = str(given["should_retry"]).lower()
    return replace(answer, headers=headers) if given.keys() - {"delay"} else answer


def _redirect(_provider: Provider, _call: Call, fault: Fault) -> Answer:
    location = fault.text("location", "http://169.254.169.254/latest/meta-data/")
    return Answer(body="", status=fault.number("status", 302), headers={"Location": location})


def _bad_gateway(_provider: Provider, call: Call, _fault: Fault) -> Answer:
    return play(BAD_GATEWAY, call)


def _failing_page(provider: Provider, call: Call, fault: Fault) -> Answer:
    refused = RefusedError(fault.number("status", 500), "Internal server error", kind="server_error")
    return provider.refuse(refused, call)


#: Faults that answer in the provider's place.
_STAND_INS: Mapping[str, Callable[[Provider, Call, Fault], Answer]] = {
    "status": _any_status,
    "redirect": _redirect,
    "html_502": _bad_gateway,
    "rate_limited": _rate_limited,
    "second_page_fails": _failing_page,
}
