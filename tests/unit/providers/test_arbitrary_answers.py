"""Whatever a provider answers, a probe ends in a report, and a list is whole or a failure."""

from typing import Final, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.providers.provider_gateway import Gateway
from application.ports.outbound_http import Headers, OutboundRequest, OutboundResponse
from application.ports.provider_gateway import (
    Category,
    HealthStatus,
    OfferedModel,
    ProviderConnection,
    Timings,
    UpstreamFailure,
)
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.json_strategies import JSON
from tests.unit.providers.sample_lists import a_connection

PRESETS: Final = ("openrouter", "mistral", "groq", "deepseek", "xai", "together", "ollama", "vllm", "llamacpp")
CONNECTIONS: Final = {
    "openai": a_connection("openai"),
    "anthropic": a_connection("anthropic"),
    "google": a_connection("google", base="https://provider.example"),
    "azure": a_connection("azure_openai"),
    "any": a_connection("openai_compatible"),
    **{name: a_connection("openai_compatible", preset=name) for name in PRESETS},
}


class SameAnswer(FakeOutbound):
    """A provider that answers every question alike."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self._answer = OutboundResponse(status=status, headers=Headers(), body=body, timings=Timings(), total_ms=1.0)

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        self.requests.append(request)
        return self._answer


async def models_or_failure(gateway: Gateway, connection: ProviderConnection) -> list[OfferedModel] | UpstreamFailure:
    try:
        return list(await gateway.list_models(connection))
    except UpstreamFailure as failure:
        return failure


@pytest.mark.parametrize("name", CONNECTIONS)
@settings(max_examples=15)
@given(status=st.sampled_from([200, 200, 200, 400, 404, 500]), body=JSON.map(orjson.dumps) | st.binary(max_size=50))
async def test_any_answer_ends_in_a_report_and_in_a_list_or_a_failure(name: str, status: int, body: bytes) -> None:
    gateway = Gateway(SameAnswer(status, body))
    report = await gateway.probe(CONNECTIONS[name])
    assert report.status in get_args(HealthStatus)
    assert report.outcome.category in get_args(Category)
    found = await models_or_failure(gateway, CONNECTIONS[name])
    if isinstance(found, UpstreamFailure):
        assert found.failure.category != "ok"
        assert found.message
    else:
        assert status == 200
        assert len({model.model_id for model in found}) == len(found)
