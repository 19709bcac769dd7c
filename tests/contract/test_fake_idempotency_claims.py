import pytest

from tests.contract.idempotency_claims_contract import ClaimsContract
from tests.fakes.idempotency_claims import FakeClaims


class TestFakeClaims(ClaimsContract):
    @pytest.fixture
    def claims(self) -> FakeClaims:
        return FakeClaims()
