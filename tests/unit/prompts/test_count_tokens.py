"""Tokens are counted before a prompt is run: by whom, and that it is no use of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from application.commands.count_tokens import count_tokens
from application.errors import ModelNotFound
from application.policies.selection_candidates import ModelByAnyName, ModelById
from application.prompts.prompt_errors import ModelOutOfUse, PromptFailed, TokensNotCounted
from tests.fakes.generation import HANG
from tests.prompts import PromptSetup, a_failure, a_prompt, an_account

if TYPE_CHECKING:
    from application.ports.provider_gateway import UpstreamFailure

ANY = ModelByAnyName("model-x")


async def test_the_provider_counts_and_nothing_is_used() -> None:
    desk = PromptSetup()
    model = desk.model("model-x")
    desk.generation.tokens["model-x"] = 42
    with desk.acting():
        assert await count_tokens(a_prompt(ModelById(model.id), "Hi"), ports=desk.ports) == 42
    (call,) = desk.generation.calls
    assert call.request.model_id == "model-x"
    assert desk.usage.uses == []


@pytest.mark.parametrize("first", [None, a_failure("overloaded")])
async def test_another_model_of_the_name_counts_where_the_first_cannot(first: UpstreamFailure | None) -> None:
    desk = PromptSetup()
    desk.model("model-a", name="Ours")
    desk.model("model-b", name="Ours", of=an_account())
    desk.generation.tokens = {"model-b": 7} if first is None else {"model-a": first, "model-b": 7}
    with desk.acting():
        assert await count_tokens(a_prompt(ModelByAnyName("Ours")), ports=desk.ports) == 7


async def test_tokens_that_nobody_counts_are_not_told() -> None:
    desk = PromptSetup()
    desk.model("model-x")
    with desk.acting(), pytest.raises(TokensNotCounted):
        await count_tokens(a_prompt(ANY), ports=desk.ports)


async def test_what_failed_is_told_and_nothing_is_used() -> None:
    desk = PromptSetup()
    desk.model("model-x")
    desk.generation.tokens["model-x"] = a_failure("rate_limited")
    with desk.acting(), pytest.raises(PromptFailed) as failure:
        await count_tokens(a_prompt(ANY), ports=desk.ports)
    assert (failure.value.category, failure.value.attempts) == ("rate_limited", ())
    assert desk.usage.uses == []


async def test_the_deadline_ends_it() -> None:
    desk = PromptSetup()
    desk.model("model-x")
    desk.generation.tokens["model-x"] = HANG
    with desk.acting(), pytest.raises(PromptFailed) as failure:
        await count_tokens(a_prompt(ANY, deadline_seconds=0.01), ports=desk.ports)
    assert failure.value.category == "timeout"


async def test_there_must_be_a_model_that_can_be_used() -> None:
    desk = PromptSetup()
    desk.model("model-x", is_enabled=False)
    with desk.acting(), pytest.raises(ModelNotFound):
        await count_tokens(a_prompt(ModelByAnyName("no-such-model")), ports=desk.ports)
    with desk.acting(), pytest.raises(ModelOutOfUse):
        await count_tokens(a_prompt(ANY), ports=desk.ports)
