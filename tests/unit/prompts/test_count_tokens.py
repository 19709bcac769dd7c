"""Tokens are counted before a prompt is run: by whom, and that it is no use of a model."""

import pytest

from application.errors import ModelNotFound, RateLimited
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.count_tokens import count_tokens
from application.prompts.prompt_errors import ModelOutOfUse, PromptFailed, TokensNotCounted
from application.prompts.selection_candidates import ModelByAnyName, ModelById
from domain.access_key.values import Limits
from tests.fakes.generation import HANG
from tests.prompt_setup import PromptSetup, a_failure, a_prompt, an_account
from tests.unit.access_keys.test_stored_key import a_stored_key

ANY = ModelByAnyName("model-x")


async def test_the_provider_counts_and_nothing_is_used() -> None:
    setup = PromptSetup()
    model = setup.model("model-x")
    setup.generation.tokens["model-x"] = 42
    with setup.acting():
        assert await count_tokens(a_prompt(ModelById(model.id), "Hi"), **setup.ports) == 42
    (call,) = setup.generation.calls
    assert call.request.model_id == "model-x"
    assert setup.usage.uses == []


async def test_counting_is_held_to_the_limits_of_requests() -> None:
    setup = PromptSetup()
    setup.model("model-x")
    setup.generation.tokens["model-x"] = 42
    with setup.acting(a_stored_key(limits=Limits(requests_per_minute=1))):
        assert await count_tokens(a_prompt(ANY), **setup.ports) == 42
        with pytest.raises(RateLimited):
            await count_tokens(a_prompt(ANY), **setup.ports)
    assert len(setup.generation.calls) == 1


@pytest.mark.parametrize("first", [None, a_failure("overloaded")])
async def test_another_model_of_the_name_counts_where_the_first_cannot(first: UpstreamFailure | None) -> None:
    setup = PromptSetup()
    setup.model("model-a", name="Ours")
    setup.model("model-b", name="Ours", of=an_account())
    setup.generation.tokens = {"model-b": 7} if first is None else {"model-a": first, "model-b": 7}
    with setup.acting():
        assert await count_tokens(a_prompt(ModelByAnyName("Ours")), **setup.ports) == 7


async def test_tokens_that_nobody_counts_are_not_reported() -> None:
    setup = PromptSetup()
    setup.model("model-x")
    with setup.acting(), pytest.raises(TokensNotCounted):
        await count_tokens(a_prompt(ANY), **setup.ports)


async def test_what_failed_is_reported_and_nothing_is_used() -> None:
    setup = PromptSetup()
    setup.model("model-x")
    setup.generation.tokens["model-x"] = a_failure("rate_limited")
    with setup.acting(), pytest.raises(PromptFailed) as error:
        await count_tokens(a_prompt(ANY), **setup.ports)
    assert (error.value.failure.category, error.value.attempts) == ("rate_limited", ())
    assert setup.usage.uses == []


async def test_the_deadline_ends_it() -> None:
    setup = PromptSetup()
    setup.model("model-x")
    setup.generation.tokens["model-x"] = HANG
    with setup.acting(), pytest.raises(PromptFailed) as error:
        await count_tokens(a_prompt(ANY, deadline_seconds=0.01), **setup.ports)
    assert error.value.failure.category == "timeout"


async def test_there_must_be_a_model_that_can_be_used() -> None:
    setup = PromptSetup()
    setup.model("model-x", is_enabled=False)
    with setup.acting(), pytest.raises(ModelNotFound):
        await count_tokens(a_prompt(ModelByAnyName("no-such-model")), **setup.ports)
    with setup.acting(), pytest.raises(ModelOutOfUse):
        await count_tokens(a_prompt(ANY), **setup.ports)
