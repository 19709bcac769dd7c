from uuid import UUID, uuid4

import pytest

from tests.contract.health_checks_contract import NOON, HealthChecksContract, Known
from tests.fakes.health_checks import FakeHealthChecks


class TestFakeHealthChecks(HealthChecksContract):
    @pytest.fixture
    def checks(self) -> FakeHealthChecks:
        return FakeHealthChecks()

    @pytest.fixture
    def known(self, checks: FakeHealthChecks) -> Known:
        async def made(organization_id: UUID) -> UUID:
            provider_id = uuid4()
            checks.know(organization_id, provider_id, "unknown", NOON)
            return provider_id

        return made
