"""What the gateway promises for every type."""

import asyncio
from datetime import UTC, datetime
from typing import NoReturn

import orjson
import pytest

from adapters.providers import provider_gateway
from adapters.providers.provider_gateway import Gateway
from application.errors import EndpointRefused, InvalidInput
from application.ports.outbound_http import FailureCategory, OutboundFailure, OutboundRequest
from application.ports.provider_gateway import OfferedModel, Timings, UpstreamFailure
from domain.names import LONGEST_NAME
from domain.provider.values import Endpoint
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.prompted_providers import a_prompt
from tests.unit.providers.sample_lists import BASE, KEY, Prepared, a_connection, sample

BUILT_IN = ["openai", "anthropic", "google", "azure_openai", "openai_compatible"]


class NeverAnswering(FakeOutbound):
    """Keeps every question waiting; only one address, if any, is found to be out of reach."""

    def __init__(self, *, unless_it_ends_in: str | None = None) -> None:
        super().__init__()
        self._unreachable = unless_it_ends_in

    async def request(self, request: OutboundRequest) -> NoReturn:
        self.requests.append(request)
        if self._unreachable is not None and request.url.endswith(self._unreachable):
            await asyncio.sleep(0.01)
            raise OutboundFailure("unreachable", "Nobody is there.")
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


def test_every_type_describes_itself_for_a_form() -> None:
    types = Gateway(FakeOutbound()).types()
    assert [known.name for known in types] == BUILT_IN
    for known in types:
        assert known.label
        assert known.key_help.endswith(".")
        for field in known.settings:
            assert field.help
            assert field.label
            assert (field.kind == "choice") == bool(field.choices)


def test_a_type_has_its_own_endpoint_or_requires_one() -> None:
    gateway = Gateway(FakeOutbound())
    assert gateway.checked_endpoint("openai", None) == Endpoint(
        "https://api.openai.com/v1", "https://api.openai.com:443"
    )
    assert gateway.checked_endpoint("anthropic", "https://API.Anthropic.com/v1/").url == "https://api.anthropic.com/v1"
    for name in ("azure_openai", "openai_compatible"):
        with pytest.raises(InvalidInput) as refusal:
            gateway.checked_endpoint(name, None)
        assert refusal.value.pointer == "/endpoint"


def test_an_endpoint_that_may_not_be_called_is_refused() -> None:
    with pytest.raises(EndpointRefused):
        Gateway(FakeOutbound()).checked_endpoint("openai", "https://127.0.0.1/v1")


async def test_an_unknown_type_is_named_as_such() -> None:
    gateway = Gateway(FakeOutbound())
    with pytest.raises(InvalidInput, match="openai_compatible") as refusal:
        gateway.checked_settings("palm", {})
    assert refusal.value.pointer == "/providerType"
    assert (await gateway.probe(a_connection("palm"))).status == "unknown"
    with pytest.raises(UpstreamFailure):
        await gateway.list_models(a_connection("palm"))


async def test_a_report_says_all_there_is_to_say() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    outbound = FakeOutbound()
    outbound.answer("GET", f"{BASE}/models", sample("openai"), headers={"X-Request-Id": "req_1"})
    report = await Gateway(outbound, clock=lambda: now).probe(a_connection("openai"))
    assert (report.status, report.outcome.category, report.outcome.authenticated, report.reachable) == (
        "healthy",
        "ok",
        True,
        True,
    )
    assert (report.outcome.model_count, report.outcome.http_status, report.outcome.upstream_request_id) == (
        3,
        200,
        "req_1",
    )
    assert (report.checked_at, report.outcome.timings.first_byte_ms) == (now, 1.0)
    assert report.response_time_ms > 0


@pytest.mark.parametrize(
    ("category", "status", "reachable"),
    [
        ("unreachable", "unhealthy", False),
        ("timeout", "unhealthy", False),
        ("tls", "unhealthy", False),
        ("endpoint_refused", "unhealthy", False),
        ("unexpected_body", "unhealthy", True),
    ],
)
async def test_a_silence_is_a_report_too(category: FailureCategory, status: str, reachable: bool) -> None:
    prepared = Prepared()
    error = OutboundFailure(category, "It went wrong.", timings=Timings(connect_ms=3.0))
    prepared.outbound.fail("GET", f"{BASE}/models", error)
    report = await prepared.gateway.probe(a_connection("openai"))
    assert (report.outcome.category, report.status, report.reachable, report.outcome.authenticated) == (
        category,
        status,
        reachable,
        None,
    )
    assert report.outcome.timings.connect_ms == 3.0
    assert report.outcome.hint


async def test_a_probe_ends_in_its_time_whatever_the_provider_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_gateway, "PROBE_SECONDS", 0.5)
    started = asyncio.get_running_loop().time()
    connections = [a_connection("anthropic"), a_connection("openai_compatible", preset="deepseek")]
    gateway = Gateway(NeverAnswering())
    reports = await asyncio.gather(*(gateway.probe(connection) for connection in connections))
    assert asyncio.get_running_loop().time() - started < 0.5
    for report in reports:
        assert (report.outcome.category, report.status, report.reachable) == ("timeout", "unhealthy", False)
        assert report.response_time_ms < 500


async def test_a_prompt_ends_at_its_deadline_whatever_the_adapter_does() -> None:
    gateway = Gateway(NeverAnswering())
    request = a_prompt(deadline_seconds=0.1)
    with pytest.raises(UpstreamFailure, match=r"OpenAI did not answer within 0.1 seconds.") as error:
        await asyncio.wait_for(gateway.generate(a_connection("openai"), request), 2)
    assert (error.value.failure.category, error.value.failure.is_retryable) == ("timeout", True)


async def test_a_probe_that_is_cancelled_leaves_nothing_running() -> None:
    gateway = Gateway(NeverAnswering())
    probe = asyncio.create_task(gateway.probe(a_connection("openai_compatible", preset="xai")))
    await asyncio.sleep(0.01)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_one_question_that_fails_does_not_wait_for_the_other() -> None:
    outbound = NeverAnswering(unless_it_ends_in="/user/balance")
    report = await Gateway(outbound).probe(a_connection("openai_compatible", preset="deepseek"))
    assert report.outcome.category == "unreachable"
    assert report.response_time_ms < 1_000
    assert len(outbound.requests) == 2


@pytest.mark.parametrize(
    ("provider_type", "settings", "header", "value"),
    [
        ("openai", {}, "Authorization", f"Bearer {KEY}"),
        ("openai_compatible", {"preset": "groq"}, "Authorization", f"Bearer {KEY}"),
        ("anthropic", {}, "x-api-key", KEY),
        ("google", {}, "x-goog-api-key", KEY),
        ("azure_openai", {}, "api-key", KEY),
    ],
)
async def test_the_key_travels_in_one_header_and_nowhere_else(
    provider_type: str, settings: dict[str, str], header: str, value: str
) -> None:
    outbound = FakeOutbound()
    await Gateway(outbound).probe(a_connection(provider_type, **settings))
    (request,) = outbound.requests
    assert request.headers[header] == value
    assert [name for name, each in request.headers.items() if KEY in each] == [header]
    assert KEY not in request.url
    assert request.json is None


async def test_settings_become_the_headers_they_are_for() -> None:
    outbound = FakeOutbound()
    gateway = Gateway(outbound)
    await gateway.probe(a_connection("openai", organization="org-1", project="proj_2"))
    await gateway.probe(a_connection("anthropic"))
    await gateway.probe(a_connection("anthropic", anthropicVersion="2026-10-21"))
    first, default, chosen = outbound.requests
    assert (first.headers["OpenAI-Organization"], first.headers["OpenAI-Project"]) == ("org-1", "proj_2")
    assert default.headers["anthropic-version"] == "2023-06-01"
    assert chosen.headers["anthropic-version"] == "2026-10-21"


async def test_without_a_key_none_is_sent_and_its_lack_is_what_is_reported() -> None:
    prepared = Prepared()
    prepared.answers("/models", {"error": {"code": "invalid_api_key", "message": "no"}}, status=401)
    report = await prepared.gateway.probe(a_connection("openai", key=None))
    assert "Authorization" not in prepared.outbound.requests[0].headers
    assert report.outcome.message == "OpenAI requires a key, and none was sent."


@pytest.mark.parametrize("key", ["sk-1234\r\nX-Evil: 1", "sk 12345678", "sk-ключ-12345", "sk-12345678\0"])
async def test_a_key_that_no_header_can_hold_is_not_sent(key: str) -> None:
    prepared = Prepared({"/models": sample("openai")})
    report = await prepared.gateway.probe(a_connection("openai", key=key))
    assert (report.outcome.category, report.outcome.authenticated, report.reachable) == ("auth_invalid", False, False)
    assert prepared.outbound.requests == []
    with pytest.raises(UpstreamFailure):
        await prepared.models(a_connection("openai", key=key))


async def test_a_key_that_a_provider_sends_back_goes_nowhere() -> None:
    entry = {"id": f"model-{KEY}", "display_name": KEY, "note": {"deep": [KEY]}}
    outbound = FakeOutbound()
    outbound.answer("GET", f"{BASE}/models?limit=1000", orjson.dumps({"data": [entry], "has_more": False}))
    outbound.answer(
        "GET",
        f"{BASE}/models?limit=1",
        orjson.dumps({"error": {"type": KEY, "message": KEY}}),
        status=500,
        headers={"request-id": KEY, "retry-after": KEY},
    )
    gateway = Gateway(outbound)
    assert KEY not in repr(await gateway.list_models(a_connection("anthropic")))
    assert KEY not in repr(await gateway.probe(a_connection("anthropic")))


async def test_neither_an_answer_nor_a_connection_shows_what_is_secret() -> None:
    assert KEY not in repr(a_connection("openai"))


async def test_names_are_short_enough_to_be_registered() -> None:
    entry = {"id": "m", "display_name": "n" * (LONGEST_NAME + 1)}
    prepared = Prepared({"/models?limit=1000": {"data": [entry], "has_more": False}})
    assert (await prepared.models(a_connection("anthropic")))["m"] == OfferedModel(model_id="m")


async def test_connection_tests_have_a_way_out_of_their_own() -> None:
    prompts, reserve = FakeOutbound(), FakeOutbound()
    gateway = Gateway(prompts, reserve=reserve)
    await gateway.probe(a_connection("openai"))
    assert (len(prompts.requests), len(reserve.requests)) == (0, 1)
    with pytest.raises(UpstreamFailure):
        await gateway.list_models(a_connection("openai"))
    assert (len(prompts.requests), len(reserve.requests)) == (1, 1)
