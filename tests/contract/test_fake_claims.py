from __future__ import annotations

import pytest

from tests.contract.claims_contract import ClaimsContract
from tests.fakes.claims import FakeClaims


class TestFakeClaims(ClaimsContract):
    @pytest.fixture
    def claims(self) -> FakeClaims:
        return FakeClaims()
