"""A configuration that is tried out: looked at before anything is sent, with no key but its own, and not kept."""

from collections.abc import Mapping
from typing import Any

import pytest

from application.errors import EndpointRefused, InvalidInput
from application.health.try_connection import TryConnection, try_connection
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, UpstreamFailure
from domain.provider.values import Endpoint
from tests.fakes.gateway import FakeGateway

KEY = "sk-a-key-that-is-only-tried-1234"
ENDPOINT = "https://ours.example/v1"


class StrictGateway(FakeGateway):
    """Refuses a metadata service and settings it does not know, as a real one does; tells the order of its work."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[str] = []

    def checked_endpoint(self, provider_type: str, endpoint: str | None) -> Endpoint:
        self.work.append("endpoint")
        if endpoint is not None and "169.254" in endpoint:
            raise EndpointRefused("/endpoint", "That is a metadata service.")
        return super().checked_endpoint(provider_type, endpoint)

    def checked_settings(self, provider_type: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        self.work.append("settings")
        if "region" in settings:
            return {**super().checked_settings(provider_type, settings), "region": "eu"}
        if settings:
            raise InvalidInput("/settings", "There is no such setting.")
        return {}


@pytest.fixture
def gateway() -> StrictGateway:
    gateway = StrictGateway()
    gateway.at(ENDPOINT).answer = [OfferedModel(model_id="a"), OfferedModel(model_id="b")]
    return gateway


async def test_what_is_tried_is_the_configuration_as_it_would_be_saved(gateway: StrictGateway) -> None:
    wanted = TryConnection(provider_type="openai", endpoint=ENDPOINT, settings={"region": " EU "}, api_key=KEY)
    report = await try_connection(wanted, gateway=gateway)
    assert (report.status, report.outcome.category, report.outcome.model_count) == ("healthy", "ok", 2)
    assert gateway.at(ENDPOINT).asked == [
        ProviderConnection(provider_type="openai", endpoint=ENDPOINT, settings={"region": "eu"}, api_key=KEY)
    ]


async def test_without_an_endpoint_the_types_own_is_tried_and_without_a_key_none_is_sent(
    gateway: StrictGateway,
) -> None:
    own = gateway.at("https://groq.example/v1")
    own.answer = [OfferedModel(model_id="a")]
    await try_connection(TryConnection(provider_type="groq"), gateway=gateway)
    assert [(asked.endpoint, asked.api_key) for asked in own.asked] == [("https://groq.example/v1", None)]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"endpoint": "http://169.254.169.254/v1"}, EndpointRefused),
        ({"settings": {"headers": "x"}}, InvalidInput),
    ],
)
async def test_what_may_not_be_saved_is_not_tried_either(
    gateway: StrictGateway, changed: dict[str, Any], refusal: type[InvalidInput]
) -> None:
    wanted: dict[str, Any] = {"provider_type": "openai", "endpoint": ENDPOINT, "api_key": KEY}
    with pytest.raises(refusal) as refused:
        await try_connection(TryConnection(**wanted | changed), gateway=gateway)
    assert KEY not in f"{refused.value!r} {refused.value.__dict__}"
    assert gateway.at(ENDPOINT).asked == []


async def test_the_key_is_in_no_representation(gateway: StrictGateway) -> None:
    wanted = TryConnection(provider_type="openai", endpoint=ENDPOINT, api_key=KEY)
    report = await try_connection(wanted, gateway=gateway)
    gateway.at(ENDPOINT).answer = UpstreamFailure(CallOutcome("auth_invalid", "The provider refuses the key."))
    with pytest.raises(UpstreamFailure) as failed:
        await try_connection(wanted, gateway=gateway)
    assert KEY not in f"{wanted!r} {report!r} {failed.value!r} {gateway.at(ENDPOINT).asked!r}"
