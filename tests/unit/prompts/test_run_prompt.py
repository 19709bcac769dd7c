"""A prompt and its whole answer: which models are called, with what, and what is reported of it."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from application.errors import ModelNotFound
from application.ports.catalogue import KnownModel
from application.ports.vault import KeyBinding
from application.prompts.completion import TokenUsage
from application.prompts.conversation import Sampling, origin_of
from application.prompts.generation import ModelDefaults
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits, PromptFailed
from application.prompts.run_prompt import run_prompt
from application.prompts.selection_candidates import ModelByAnyName, ModelById, ModelByName, Requirements
from tests.builders import AN_ENDPOINT, a_price
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.client import a_conversation
from tests.fakes.generation import HANG, completed
from tests.prompt_setup import PromptSetup, a_failure, a_prompt, an_account


async def test_the_model_that_was_requested_answers() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x", price=a_price("0.0025", "0.01"))
    with setup.acting():
        answer = await run_prompt(a_prompt(ModelById(model.id), "Hi"), **setup.ports)
    assert answer.completion == completed()
    assert answer.cost.usd == Decimal("0.000075")
    assert (answer.candidate.id, answer.candidate.provider_model_id) == (model.id, "gpt-x")
    assert [(attempt.outcome, attempt.upstream_request_id) for attempt in answer.attempts] == [("ok", "upstream-1")]
    (call,) = setup.generation.calls
    assert call.request.model_id == "gpt-x"
    assert call.request.client.conversation() == a_conversation("Hi")
    assert call.request.origin == origin_of(setup.account.id, "gpt-x")
    assert (call.connection.endpoint, call.connection.api_key) == (AN_ENDPOINT.url, None)


async def test_the_key_of_the_provider_is_opened_for_the_call() -> None:
    setup = PromptSetup()
    binding = KeyBinding(
        organization_id=setup.organization_id,
        provider_id=setup.account.id,
        version=1,
        origin=AN_ENDPOINT.origin,
    )
    sealed = await setup.vault.seal("sk-secret-1234", binding)
    model = setup.model(of=replace(setup.account, sealed=sealed))
    with setup.acting():
        await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    assert setup.generation.calls[0].connection.api_key == "sk-secret-1234"
    assert "sk-secret" not in repr(setup.generation.calls[0].connection)


async def test_a_key_that_was_sealed_for_another_endpoint_is_never_sent() -> None:
    setup = PromptSetup()
    binding = KeyBinding(
        organization_id=setup.organization_id,
        provider_id=setup.account.id,
        version=1,
        origin="https://other:443",
    )
    sealed = await setup.vault.seal("sk-secret-1234", binding)
    model = setup.model(of=replace(setup.account, sealed=sealed))
    with setup.acting(), pytest.raises(PromptFailed) as failed:
        await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    assert failed.value.failure.category == "auth_invalid"
    assert [attempt.outcome for attempt in failed.value.attempts] == ["auth_invalid"]
    assert (setup.generation.calls, setup.usage.uses) == ([], [])


async def test_the_config_of_the_model_goes_with_the_request_for_what_that_does_not_say() -> None:
    setup = PromptSetup()
    config = {
        "temperature": 0.1,
        "topP": 0.5,
        "maxTokens": 9000,
        "stop": "END",
        "systemPrompt": "Be brief.",
        "reasoningEffort": "low",
        "drop": ["seed"],
        "baseModel": "gpt-4o",
        "idleSeconds": 5,
    }
    model = setup.model(config=config, max_tokens=4096)
    prompt = a_prompt(ModelById(model.id), "Hi", sampling=Sampling(temperature=0.9), deadline_seconds=7.0)
    with setup.acting():
        await run_prompt(prompt, **setup.ports)
    request = setup.generation.calls[0].request
    assert request.client.conversation().sampling == Sampling(temperature=0.9)
    assert request.defaults == ModelDefaults(
        temperature=0.1,
        top_p=0.5,
        max_tokens=9000,
        stop=("END",),
        system_prompt="Be brief.",
        reasoning_effort="low",
        most_tokens=4096,
        drop=frozenset({"seed"}),
        base_model="gpt-4o",
        capabilities=frozenset({"text"}),
    )
    assert (request.deadline_seconds, request.idle_seconds) == (7.0, 5.0)


@pytest.mark.parametrize(("registered", "limit"), [(64_000, 64_000), (None, 128_000), (0, 128_000)])
async def test_the_longest_answer_of_the_model_goes_with_the_request(registered: int | None, limit: int) -> None:
    catalogue = FakeCatalogue({"openai": [KnownModel(model_id="gpt-x", max_tokens=128_000)]})
    setup = PromptSetup(catalogue=catalogue)
    model = setup.model("gpt-x", max_tokens=registered)
    with setup.acting():
        await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    request = setup.generation.calls[0].request
    assert (request.defaults.max_tokens, request.defaults.most_tokens) == (None, limit)


async def test_an_answer_has_ten_minutes_and_a_stream_may_be_silent_for_one() -> None:
    setup = PromptSetup()
    model = setup.model()
    with setup.acting():
        await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    request = setup.generation.calls[0].request
    assert (request.deadline_seconds, request.idle_seconds) == (595.0, 60.0)


async def test_a_models_own_deadline_bounds_all_that_is_asked_of_it() -> None:
    setup = PromptSetup()
    setup.model("first", name="Ours", config={"deadlineSeconds": 0.125, "preference": 1})
    setup.model("second", name="Ours", config={"preference": 2})
    setup.generation.plays("first", a_failure("timeout"))
    setup.generation.plays("first", completed())
    with setup.acting():
        await run_prompt(a_prompt(ModelByAnyName("Ours")), **setup.ports)
        # By its own name alone, for it cools down now.
        await run_prompt(a_prompt(ModelByName("first"), deadline_seconds=7.0), **setup.ports)
    asked = [(call.request.model_id, call.request.deadline_seconds) for call in setup.generation.calls]
    # It is not asked again: there is less time than would be waited before.
    assert asked == [("first", 0.125), ("second", 595.0), ("first", 7.0)]


async def test_what_is_not_there_is_not_found() -> None:
    setup = PromptSetup()
    setup.model("gpt-x")
    for selector in (ModelById(uuid4()), ModelByName("gpt-y"), ModelByName("gpt-x", uuid4()), ModelByAnyName("gpt-y")):
        with setup.acting(), pytest.raises(ModelNotFound):
            await run_prompt(a_prompt(selector), **setup.ports)


async def test_a_model_is_found_by_any_of_its_names() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x", name="Our favourite")
    for text in (str(model.id), str(model.id).upper(), "gpt-x", "Our favourite"):
        with setup.acting():
            answer = await run_prompt(a_prompt(ModelByAnyName(text)), **setup.ports)
        assert answer.candidate.id == model.id


async def test_a_disabled_model_is_refused_with_the_reason() -> None:
    setup = PromptSetup()
    model = setup.model(is_enabled=False)
    with setup.acting(), pytest.raises(ModelOutOfUse, match="The model is disabled") as refused:
        await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    assert [ranked.candidate.id for ranked in refused.value.selection.ranked_candidates] == [model.id]
    assert setup.generation.calls == []


async def test_an_unhealthy_provider_is_asked_all_the_same_when_its_model_was_requested() -> None:
    setup = PromptSetup(account=an_account(health="unhealthy"))
    model = setup.model()
    with setup.acting():
        answer = await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
        with pytest.raises(NoModelFits):
            await run_prompt(a_prompt(Requirements()), **setup.ports)
    assert answer.candidate.id == model.id


async def test_a_prompt_with_images_goes_to_a_model_that_reads_them() -> None:
    setup = PromptSetup()
    setup.model("blind", price=a_price("0", "0"))
    setup.model("seeing", type="multimodal", capabilities=frozenset({"vision"}))
    with setup.acting():
        answer = await run_prompt(a_prompt(Requirements(), image=True), **setup.ports)
    assert answer.candidate.provider_model_id == "seeing"


async def test_use_is_recorded_in_figures_alone() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x", price=a_price("0.001", "0.002"))
    setup.generation.plays("gpt-x", completed("A secret.", usage=TokenUsage(input_tokens=1000, output_tokens=500)))
    with setup.acting():
        await run_prompt(a_prompt(ModelById(model.id), "A question."), **setup.ports)
    (use,) = setup.usage.uses
    assert (use.model_id, use.provider_id, use.provider_model_id) == (model.id, setup.account.id, "gpt-x")
    assert (use.outcome, use.input_tokens, use.output_tokens, use.cost_usd) == ("ok", 1000, 500, Decimal("0.002"))
    assert "secret" not in repr(use)


async def test_a_cost_that_is_not_known_is_recorded_as_such() -> None:
    setup = PromptSetup()
    model = setup.model(price=None)
    with setup.acting():
        answer = await run_prompt(a_prompt(ModelById(model.id)), **setup.ports)
    assert (answer.cost.usd, answer.cost.unknown) == (None, "price-unknown")
    assert setup.usage.uses[0].cost_usd is None


async def test_cancelling_reaches_the_provider_and_counts_as_cancelled() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", HANG)
    with setup.acting():
        running = asyncio.create_task(run_prompt(a_prompt(ModelById(model.id)), **setup.ports))
        await setup.generation.called.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]
    assert [(use.outcome, use.cost_usd) for use in setup.usage.uses] == [("cancelled", None)]


async def test_no_representation_shows_a_word_of_the_prompt() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", completed("The answer is 42."))
    prompt = a_prompt(ModelById(model.id), "What is the answer?")
    with setup.acting():
        answer = await run_prompt(prompt, **setup.ports)
    assert "the answer" not in f"{prompt!r} {answer!r} {answer.attempts!r}".lower()
