"""What is exported with OpenTelemetry, as a collector receives it: spans, logs and figures, and never content."""

import logging
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from entrypoints.monitoring.text_formats import OPEN_METRICS
from tests.databases import Database
from tests.e2e.api_client import Api, a_token
from tests.e2e.background_loop import Background
from tests.e2e.otlp_receiver import collecting
from tests.e2e.running_service import service_on
from tests.e2e.sandbox_models import registered
from tests.e2e.wait_until import until

CHAT = "/v1/chat/completions"
SERVER, CLIENT = 2, 3
WORDS = "swordfish"


class Trace:
    """A trace that a client has begun."""

    def __init__(self) -> None:
        self.id, self.span_id = token_hex(16), token_hex(8)

    @property
    def headers(self) -> dict[str, str]:
        return {"traceparent": f"00-{self.id}-{self.span_id}-01", "tracestate": "acme=1"}


def a_prompt(**changes: object) -> dict[str, Any]:
    return {"model": "chat-latest", "messages": [{"role": "user", "content": f"Say {WORDS}"}], **changes}


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "100")


async def test_a_call_is_followed_from_the_client_to_the_provider_without_a_word_of_it(
    session: ClientSession, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It continues answering while the service is stopped.
    with Background() as background:
        collector = background.enter(collecting())
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "gateway-of-acme")
        with service_on(database, telemetry="traces,metrics,logs", log_level="info", log_format="json") as service:
            organization_id = uuid4()
            token = a_token(organization_id, Role.ADMIN)
            api = Api(session, service.url, organization_id, token)
            model = (await registered(api, service.sandbox)).model

            # A change of the log.
            trace = Trace()
            path = f"/api/ai/models/{model['id']}"
            headers = {**trace.headers, "X-Request-Id": "the-change"}
            assert (await api.ask("PATCH", path, {"name": "Another"}, headers=headers)).status == 200
            (changing,) = await collector.has("PATCH /api/ai/models/{id}")
            assert (changing.kind, changing.trace_id, changing.parent_id) == (SERVER, trace.id, trace.span_id)
            assert changing.attributes == {
                "http.request.method": "PATCH",
                "http.route": "/api/ai/models/{id}",
                "http.response.status_code": 200,
                "url.path": path,
                "url.scheme": "http",
                "network.protocol.version": "1.1",
                "modelbook.request.id": "the-change",
                "modelbook.organization.id": str(organization_id),
            }
            (appending,) = [each for each in collector.named("append_events") if each.trace_id == trace.id]
            assert (appending.kind, appending.parent_id) == (CLIENT, changing.span_id)
            assert appending.attributes["modelbook.events"] == 1
            assert 0 < appending.seconds < changing.seconds

            # Prompts, whole and as a stream: the provider is told the span of its own call.
            for count, is_stream in enumerate((False, True), 1):
                trace = Trace()
                reply = await api.ask("POST", CHAT, a_prompt(stream=is_stream), headers=trace.headers)
                assert reply.status == 200
                calling = (await collector.has("chat chat-latest", count))[-1]
                serving = (await collector.has(f"POST {CHAT}", count))[-1]
                assert (serving.trace_id, serving.parent_id) == (trace.id, trace.span_id)
                assert (calling.kind, calling.trace_id, calling.parent_id) == (CLIENT, trace.id, serving.span_id)
                received = service.sandbox.requests[-1].headers
                assert received["traceparent"] == f"00-{trace.id}-{calling.span_id}-01"
                assert received["tracestate"] == "acme=1"
                said = calling.attributes
                assert (said["gen_ai.operation.name"], said["gen_ai.provider.name"]) == ("chat", "openai")
                assert said["gen_ai.request.model"] == "chat-latest"
                assert said["gen_ai.response.model"].startswith("chat-latest")
                assert said["gen_ai.response.finish_reasons"] == ["stop"]
                assert said["gen_ai.usage.input_tokens"] > 0
                assert said["gen_ai.usage.output_tokens"] > 0
                assert said.get("gen_ai.request.stream", False) is is_stream
                assert (said["server.address"], "error.type" in said) == ("127.0.0.1", False)
                line = await collector.line_of(trace.id)
                assert (line.body, line.span_id) == ("request", serving.span_id)
                assert line.attributes["route"] == CHAT

            # What fails.
            service.sandbox.faults.add(kind="status", provider="openai", status=401)
            assert (await api.post(CHAT, a_prompt())).status == 502
            service.sandbox.faults.clear()
            failed = (await collector.has("chat chat-latest", 3))[-1]
            assert (failed.is_error, failed.attributes["error.type"]) == (True, "auth_invalid")
            assert failed.attributes["http.response.status_code"] == 401
            serving = (await collector.has(f"POST {CHAT}", 3))[-1]
            assert (serving.is_error, serving.attributes["error.type"]) == (True, "auth_invalid")

            # No query, no path that is not ours, and nothing that machines ask all the time.
            assert (await api.ask("GET", "/api/ai/models", query={"q": WORDS})).status == 200
            assert (await api.ask("GET", f"/{WORDS}")).status == 404
            for path in ("/healthz", "/metrics"):
                await api.ask("GET", path)
            await collector.has("GET /api/ai/models")
            await collector.has("GET")
            assert {span.name for span in collector.spans} & {"GET /healthz", "GET /metrics"} == set()

            # The figures, with an example of each, by either way.
            await until(lambda: _exemplars(collector.metrics.get("modelbook_prompt_call_seconds")))
            ids = {span.trace_id for span in collector.spans}
            assert _exemplars(collector.metrics["modelbook_prompt_call_seconds"]) <= ids
            assert _exemplars(collector.metrics["modelbook_append_seconds"]) <= ids
            requests = collector.metrics["modelbook_http_requests"].sum
            assert requests.is_monotonic
            assert sum(point.as_double for point in requests.data_points) >= 4
            assert collector.metrics["modelbook_workers"].gauge.data_points[0].as_double == 1.0
            accept = {"Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2"}
            opened = await api.ask("GET", "/metrics", headers=accept)
            assert opened.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
            assert 'modelbook_http_request_seconds_bucket{le="' in opened.text
            assert f'# {{span_id="{changing.span_id}",trace_id="{changing.trace_id}"}}' in opened.text
            assert {"modelbook_http_requests", "modelbook_workers"} <= {
                each.name for each in OPEN_METRICS.read(opened.text)
            }
            assert changing.span_id not in (await api.ask("GET", "/metrics")).text
            key = service.sandbox.key("openai")
    assert collector.resources[0]["service.name"] == "gateway-of-acme"
    assert collector.resources[0]["service.instance.id"]
    everything = b"".join(collector.content)
    for secret in (WORDS, "You said", key, token):
        assert secret.encode() not in everything
    assert logging.getLogger("opentelemetry").propagate


def _exemplars(metric: Any) -> set[str]:  # noqa: ANN401 - a message of the protocol
    points = () if metric is None else metric.histogram.data_points
    return {exemplar.trace_id.hex() for point in points for exemplar in point.exemplars}
