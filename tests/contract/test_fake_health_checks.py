from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from tests.contract.health_checks_contract import NOON, HealthChecksContract
from tests.fakes.health_checks import FakeHealthChecks

if TYPE_CHECKING:
    from tests.contract.health_checks_contract import Known


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
