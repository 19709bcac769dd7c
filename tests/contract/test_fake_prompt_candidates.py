from dataclasses import replace
from uuid import UUID

import pytest

from application.prompts.prompt_candidates import CandidateModel
from tests.builders import a_price
from tests.contract.prompt_candidates_contract import CandidateReaderContract
from tests.fakes.prompt_candidates import FakeCandidateReader
from tests.prompt_setup import a_registered_model, an_account


class _Subject:
    def __init__(self) -> None:
        self.candidate_reader = FakeCandidateReader()
        self._models: dict[UUID, CandidateModel] = {}

    async def provide(self, organization_id: UUID) -> tuple[UUID, UUID]:
        account = an_account(name="Ours", health="unknown")
        model = a_registered_model(
            account,
            "gpt-x",
            capabilities=frozenset({"streaming", "tools"}),
            config={"temperature": 0.5},
            price=a_price(),
            context_window=None,
            max_tokens=None,
        )
        self._models[model.id] = model
        self.candidate_reader.put(organization_id, account, model)
        return account.id, model.id

    async def disable(self, organization_id: UUID, model_id: UUID) -> None:
        self.candidate_reader.put(organization_id, replace(self._models[model_id], is_enabled=False))


class TestFakeCandidateReader(CandidateReaderContract):
    @pytest.fixture
    def subject(self) -> _Subject:
        return _Subject()
