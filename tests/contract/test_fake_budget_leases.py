import pytest

from tests.contract.budget_leases_contract import BudgetLeasesContract
from tests.fakes.budget_leases import FakeBudgetLeases, FakeSpending


class Fakes:
    def __init__(self) -> None:
        self._spending = FakeSpending()

    def process(self) -> FakeBudgetLeases:
        return FakeBudgetLeases(self._spending)

    def pass_time(self, seconds: float) -> None:
        self._spending.now += seconds


class TestFakeBudgetLeases(BudgetLeasesContract):
    @pytest.fixture
    def processes(self) -> Fakes:
        return Fakes()
