import pytest

from tests.contract.rate_limits_contract import PassTime, RateLimitsContract
from tests.fakes.rate_limits import FakeRateLimits


class TestFakeRateLimits(RateLimitsContract):
    @pytest.fixture
    def limits(self) -> FakeRateLimits:
        return FakeRateLimits()

    @pytest.fixture
    def pass_time(self, limits: FakeRateLimits) -> PassTime:
        async def passed(seconds: float) -> None:
            limits.pass_time(seconds)

        return passed
