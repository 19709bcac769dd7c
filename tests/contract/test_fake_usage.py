import pytest

from tests.contract.usage_contract import NOON, UsageContract
from tests.fakes.clock import FakeClock
from tests.fakes.usage import FakeUsage


class _Subject:
    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.ledger = FakeUsage(self.clock)

    @property
    def reports(self) -> FakeUsage:
        return self.ledger

    @property
    def log(self) -> FakeUsage:
        return self.ledger

    async def settle(self) -> None:
        return None


class TestFakeUsage(UsageContract):
    @pytest.fixture
    def subject(self) -> _Subject:
        return _Subject()
