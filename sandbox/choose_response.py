"""Choose the response to a call: a fault's, an error for its key, or the provider's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sandbox.faults.fault import Fault
from sandbox.magic_keys import KEY_NAMES, WORKING
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.simulated_provider import Route, SimulatedProvider
from sandbox.refusal_cases import BAD_GATEWAY, RefusalCase, refusal_response


def choose_response(provider: SimulatedProvider, route: Route, call: ApiCall) -> ProviderResponse | ProviderStream:
    """Return the response with the provider's headers. Faults that affect sending are applied later."""
    answer = _decide(provider, route, call)
    return replace(answer, headers={**provider.headers(call), **answer.headers})


def _decide(provider: SimulatedProvider, route: Route, call: ApiCall) -> ProviderResponse | ProviderStream:
    instead = _instead(provider, call)
    if instead is not None:
        return instead
    case = _refusal_of_key(provider, call) or _case_of_fault(provider, call)
    if case is not None and not case.in_stream:
        return refusal_response(case, call)
    try:
        _refuse_unknown_field(call)
        answer = route.handle(call)
    except RequestRefused as refused:
        return provider.refuse(refused, call)
    if case is not None and isinstance(answer, ProviderStream):
        return replace(answer, frames=[*answer.frames[:2], provider.error_frame(case, call)])
    return answer


def _refusal_of_key(provider: SimulatedProvider, call: ApiCall) -> RefusalCase | None:
    if call.operation in {"health", "other"} or call.operation in provider.public:
        return None
    if call.key is None:
        return provider.cases["no_key"] if provider.requires_key else None
    name = KEY_NAMES[provider.name].get(call.key)
    if name is None:
        return provider.cases["bad_key"] if provider.requires_key else None
    if name in WORKING:
        return None
    case = provider.cases[name]
    return case if call.operation in case.operations else None


def _refuse_unknown_field(call: ApiCall) -> None:
    """Refuse the request if a fault says so, in the words that OpenAI has for a field that it does not know.

    Raises:
        RequestRefused: the request has the field.
    """
    if call.fault is None or call.fault.kind != "unknown_field" or call.body is None:
        return
    name = call.fault.text("name")
    if name in call.body:
        raise RequestRefused(400, f"Unrecognized request argument supplied: {name}")


def _instead(provider: SimulatedProvider, call: ApiCall) -> ProviderResponse | None:
    """Return the response of a fault that replaces the provider's, if there is one."""
    fault = call.fault
    if fault is None:
        return None
    stand_in = _STAND_INS.get(fault.kind)
    if stand_in is not None:
        return stand_in(provider, call, fault)
    case = _case_of_fault(provider, call)
    return None if case is None or case.in_stream else refusal_response(case, call)


def _case_of_fault(provider: SimulatedProvider, call: ApiCall) -> RefusalCase | None:
    return None if call.fault is None else provider.cases.get(call.fault.kind)


def _any_status(_provider: SimulatedProvider, _call: ApiCall, fault: Fault) -> ProviderResponse:
    body = fault.parameters.get("body", {"error": {"message": "made up by the sandbox"}})
    headers = fault.parameters.get("headers")
    return ProviderResponse(
        body=body,
        status=fault.number("status", 500),
        headers={str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        content_type=fault.text("content_type", "text/plain" if isinstance(body, str) else "application/json"),
    )


def _rate_limited(provider: SimulatedProvider, call: ApiCall, fault: Fault) -> ProviderResponse:
    """Return the provider's 429; retry headers of the fault replace the default ones."""
    given = fault.parameters
    texts = {name: str(given[name]) for name in ("retry_delay", "try_again") if name in given}
    answer = refusal_response(provider.cases["rate_limited"], call, texts)
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


def _redirect(_provider: SimulatedProvider, _call: ApiCall, fault: Fault) -> ProviderResponse:
    location = fault.text("location", "http://169.254.169.254/latest/meta-data/")
    return ProviderResponse(body="", status=fault.number("status", 302), headers={"Location": location})


def _bad_gateway(_provider: SimulatedProvider, call: ApiCall, _fault: Fault) -> ProviderResponse:
    return refusal_response(BAD_GATEWAY, call)


def _failing_page(provider: SimulatedProvider, call: ApiCall, fault: Fault) -> ProviderResponse:
    refused = RequestRefused(fault.number("status", 500), "Internal server error", kind="server_error")
    return provider.refuse(refused, call)


#: Faults that replace the provider's response.
_STAND_INS: Mapping[str, Callable[[SimulatedProvider, ApiCall, Fault], ProviderResponse]] = {
    "status": _any_status,
    "redirect": _redirect,
    "html_502": _bad_gateway,
    "rate_limited": _rate_limited,
    "second_page_fails": _failing_page,
}
