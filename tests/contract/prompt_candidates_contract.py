"""What every list of candidates tells of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

import pytest

from domain.model.values import NOT_TOLD
from tests.builders import AN_ENDPOINT, a_price, acting

if TYPE_CHECKING:
    from application.prompts.prompt_candidates import CandidateReader


class CandidateReaderUnderTest(Protocol):
    """Rosters, and how an organization comes by something."""

    @property
    def candidate_reader(self) -> CandidateReader: ...

    async def provide(self, organization_id: UUID) -> tuple[UUID, UUID]:
        """Register a provider `Ours` of type openai at `AN_ENDPOINT`, with a model `gpt-x` of it; return both ids.

        The model is called `A model`, is a language model with the capabilities `streaming` and `tools`, has the
        config `{"temperature": 0.5}`, `a_price()` and no known limits.
        """
        ...

    async def disable(self, organization_id: UUID, model_id: UUID) -> None: ...


class CandidateReaderContract:
    """The tests; a class for each implementation gives the subject."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    async def test_an_organization_that_never_wrote_has_nothing(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            candidate_list = await subject.candidate_reader.read()
            assert await subject.candidate_reader.sequence() == 0
        assert (candidate_list.org_sequence, dict(candidate_list.accounts), list(candidate_list.models)) == (0, {}, [])

    async def test_everything_a_prompt_needs_is_there(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        provider_id, model_id = await subject.provide(organization_id)
        with acting(organization_id):
            candidate_list = await subject.candidate_reader.read()
        account = candidate_list.accounts[provider_id]
        assert (account.id, account.name, account.provider_type) == (provider_id, "Ours", "openai")
        assert (account.endpoint, dict(account.settings), account.sealed) == (AN_ENDPOINT.url, {}, None)
        assert (account.is_enabled, account.health) == (True, "unknown")
        (model,) = candidate_list.models
        assert (model.id, model.provider_id, model.model_id) == (model_id, provider_id, "gpt-x")
        assert (model.name, model.type, model.capabilities) == (
            "A model",
            "language",
            frozenset({"streaming", "tools"}),
        )
        assert (dict(model.config), model.price) == ({"temperature": 0.5}, a_price())
        assert (model.context_window, model.max_tokens, model.is_enabled) == (None, None, True)
        assert model.lifecycle == NOT_TOLD
        assert model.created_at.tzinfo is not None

    async def test_the_sequence_is_that_of_the_roster_and_grows_with_every_change(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        _, model_id = await subject.provide(organization_id)
        with acting(organization_id):
            before = await subject.candidate_reader.read()
            assert await subject.candidate_reader.sequence() == before.org_sequence
        await subject.disable(organization_id, model_id)
        with acting(organization_id):
            after = await subject.candidate_reader.read()
            assert await subject.candidate_reader.sequence() == after.org_sequence
        assert after.org_sequence > before.org_sequence
        assert [model.is_enabled for model in after.models] == [False]

    async def test_others_are_out_of_sight(self, subject: CandidateReaderUnderTest, organization_id: UUID) -> None:
        await subject.provide(organization_id)
        with acting(uuid4()):
            candidate_list = await subject.candidate_reader.read()
            assert await subject.candidate_reader.sequence() == 0
        assert (dict(candidate_list.accounts), list(candidate_list.models)) == ({}, [])
