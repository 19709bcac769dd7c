"""What every reader of candidates tells of an organization."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from application.prompts.prompt_candidates import CandidateReader, PromptCandidates
from application.prompts.selection_candidates import ModelByAnyName, ModelById, ModelByName, NamedSelector, Requirements
from domain.model.values import NOT_TOLD
from tests.builders import AN_ENDPOINT, a_price, acting

TODAY = date(2026, 11, 29)


class CandidateReaderUnderTest(Protocol):
    """A reader, and how an organization comes by something."""

    @property
    def candidate_reader(self) -> CandidateReader: ...

    async def provide(self, organization_id: UUID) -> tuple[UUID, UUID]:
        """Register a provider `Ours` of type openai at `AN_ENDPOINT`, with a model `gpt-x` of it; return both ids.

        The model is called `A model`, is a language model with the capabilities `streaming` and `tools`, has the
        config `{"temperature": 0.5}`, `a_price()` and no known limits.
        """
        ...

    async def disable(self, organization_id: UUID, model_id: UUID) -> None: ...


async def everything(reader: CandidateReader) -> PromptCandidates:
    return await reader.first(1_000)


class CandidateReaderContract:
    """The tests; a class for each implementation gives the subject."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    async def test_an_organization_that_never_wrote_has_nothing(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            found = await everything(subject.candidate_reader)
            assert (await subject.candidate_reader.state()).org_sequence == 0
            assert await subject.candidate_reader.count() == 0
            assert await subject.candidate_reader.dearest_price() is None
        assert (found.state.org_sequence, dict(found.accounts), list(found.models)) == (0, {}, [])

    async def test_everything_a_prompt_needs_is_there(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        provider_id, model_id = await subject.provide(organization_id)
        with acting(organization_id):
            found = await subject.candidate_reader.named(ModelById(model_id))
            assert await subject.candidate_reader.dearest_price() == a_price()
        account = found.accounts[provider_id]
        assert (account.id, account.name, account.provider_type) == (provider_id, "Ours", "openai")
        assert (account.endpoint, dict(account.settings), account.sealed) == (AN_ENDPOINT.url, {}, None)
        assert (account.is_enabled, account.health) == (True, "unknown")
        (model,) = found.models
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

    async def test_a_model_is_found_by_each_of_its_names(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        provider_id, model_id = await subject.provide(organization_id)

        async def found(selector: NamedSelector) -> Sequence[UUID]:
            return [model.id for model in (await subject.candidate_reader.named(selector)).models]

        names: list[NamedSelector] = [
            ModelById(model_id),
            ModelByName("gpt-x"),
            ModelByName("gpt-x", provider_id),
            ModelByAnyName(str(model_id)),
            ModelByAnyName("gpt-x"),
            ModelByAnyName("A model"),
        ]
        others: list[NamedSelector] = [
            ModelById(uuid4()),
            ModelByName("A model"),
            ModelByName("gpt-x", uuid4()),
            ModelByAnyName("gpt"),
            ModelByAnyName(str(uuid4())),
        ]
        with acting(organization_id):
            assert [await found(name) for name in names] == [[model_id]] * len(names)
            assert [await found(name) for name in others] == [[]] * len(others)

    async def test_what_fits_a_need_is_found(self, subject: CandidateReaderUnderTest, organization_id: UUID) -> None:
        _, model_id = await subject.provide(organization_id)
        need = Requirements(type="language", capabilities=frozenset({"tools"}))
        with acting(organization_id):
            found = await subject.candidate_reader.fitting(need, has_images=False, today=TODAY, fastest=[], limit=5)
        assert [model.id for model in found.models] == [model_id]

    async def test_names_come_a_page_at_a_time(self, subject: CandidateReaderUnderTest, organization_id: UUID) -> None:
        _, model_id = await subject.provide(organization_id)
        pages = []
        after = None
        with acting(organization_id):
            for _ in range(3):
                page = await subject.candidate_reader.callable(["language"], after=after, limit=1)
                pages.append(([(name, list(ids)) for name, ids in page.names], page.has_more))
                after = page.names[-1][0] if page.names else after
            of_others = await subject.candidate_reader.callable(["embedding"], after=None, limit=1)
        assert pages == [([("A model", [model_id])], True), ([("gpt-x", [model_id])], False), ([], False)]
        assert of_others.names == []

    async def test_the_sequence_is_that_of_the_models_and_grows_with_every_change(
        self, subject: CandidateReaderUnderTest, organization_id: UUID
    ) -> None:
        _, model_id = await subject.provide(organization_id)
        with acting(organization_id):
            before = await everything(subject.candidate_reader)
            assert (await subject.candidate_reader.state()).org_sequence == before.state.org_sequence
        await subject.disable(organization_id, model_id)
        with acting(organization_id):
            after = await everything(subject.candidate_reader)
            assert (await subject.candidate_reader.state()).org_sequence == after.state.org_sequence
        assert after.state.org_sequence > before.state.org_sequence
        assert [model.is_enabled for model in after.models] == [False]

    async def test_others_are_out_of_sight(self, subject: CandidateReaderUnderTest, organization_id: UUID) -> None:
        _, model_id = await subject.provide(organization_id)
        with acting(uuid4()):
            found = await everything(subject.candidate_reader)
            named = await subject.candidate_reader.named(ModelById(model_id))
            page = await subject.candidate_reader.callable(["language"], after=None, limit=1)
            assert (await subject.candidate_reader.state()).org_sequence == 0
        assert (dict(found.accounts), list(found.models), list(named.models), list(page.names)) == ({}, [], [], [])
