from collections.abc import Mapping

import pytest

from application.ports.outbound_http import OutboundFailure
from tests.contract.outbound_contract import OutboundContract, a_request
from tests.fakes.outbound_http import FakeOutbound


class _Subject:
    def __init__(self) -> None:
        self.outbound = FakeOutbound()

    def url(self, path: str) -> str:
        return f"https://api.example.com{path}"

    def silent_url(self) -> str:
        return "https://silent.example.com/"

    def answer(self, path: str, *chunks: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.outbound.answer("GET", self.url(path), *chunks, status=status, headers=headers)


class TestFakeOutbound(OutboundContract):
    @pytest.fixture
    def subject(self) -> _Subject:
        return _Subject()


async def test_answers_come_in_their_order_and_the_last_one_stays() -> None:
    outbound = FakeOutbound()
    url = "https://api.example.com/v1/models"
    outbound.fail("GET", url, OutboundFailure("timeout", "It took too long."))
    outbound.answer("GET", url, b"two")
    outbound.answer("GET", url, b"three")
    with pytest.raises(OutboundFailure, match="took too long"):
        await outbound.request(a_request(url))
    assert [(await outbound.request(a_request(url))).body for _ in range(3)] == [b"two", b"three", b"three"]
    assert [request.url for request in outbound.requests] == [url] * 4
