"""When a model fails: it is asked again, then another one is, and the deadline bounds it all."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest

from adapters.system_clock import SystemTimer
from application.errors import InvalidInput
from application.ports.provider_gateway import Category, ProviderConnection
from application.prompts.completion import Completion
from application.prompts.cool_downs import CALLERS_OWN
from application.prompts.generation import GenerationRequest
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_errors import PromptFailed
from application.prompts.retry_policy import FINAL
from application.prompts.run_prompt import run_prompt
from application.prompts.selection_candidates import ModelById, ModelByName, Requirements
from tests.builders import a_price
from tests.fakes.clock import FakeTimer
from tests.fakes.generation import HANG, FakeGeneration, completed
from tests.prompt_setup import PromptSetup, a_failure, a_prompt, an_account


def called(setup: PromptSetup) -> list[str]:
    return [call.request.model_id for call in setup.generation.calls]


async def run(setup: PromptSetup, selector: object = None, **facts: Any) -> PromptAnswer:  # noqa: ANN401
    with setup.acting():
        return await run_prompt(a_prompt(selector or Requirements(strategy="cheapest"), **facts), **setup.ports)


async def failed(setup: PromptSetup, selector: object = None, **facts: Any) -> PromptFailed:  # noqa: ANN401
    with pytest.raises(PromptFailed) as error:
        await run(setup, selector, **facts)
    return error.value


def two_models(setup: PromptSetup) -> None:
    setup.model("first", price=a_price("0.001", "0.001"))
    setup.model("second", price=a_price("0.002", "0.002"))


async def test_a_busy_model_is_asked_again_after_a_while() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("overloaded", http_status=529, upstream_request_id="r1"))
    setup.generation.plays("gpt-x", a_failure("rate_limited", retry_after_seconds=2.0))
    setup.generation.plays("gpt-x", completed())
    answer = await run(setup, ModelById(model.id))
    assert timer.waits == [0.5, 2.0]
    assert [(attempt.outcome, attempt.wait_ms) for attempt in answer.attempts] == [
        ("overloaded", 0.0),
        ("rate_limited", 500.0),
        ("ok", 2000.0),
    ]
    assert (answer.attempts[0].http_status, answer.attempts[0].upstream_request_id) == (529, "r1")
    assert answer.latency_ms == pytest.approx(2500.0)
    assert [(use.outcome, use.cost_usd) for use in setup.usage.uses][:2] == [
        ("overloaded", Decimal(0)),
        ("rate_limited", Decimal(0)),
    ]


async def test_each_repetition_has_what_is_left_of_the_deadline() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure(retry_after_seconds=2.0))
    setup.generation.plays("gpt-x", completed())
    await run(setup, ModelById(model.id), deadline_seconds=10.0)
    assert [call.request.deadline_seconds for call in setup.generation.calls] == [10.0, 8.0]


async def test_a_model_that_was_requested_has_no_other() -> None:
    setup = PromptSetup()
    two_models(setup)
    model = setup.model("third")
    setup.generation.plays("third", a_failure())
    error = await failed(setup, ModelById(model.id))
    assert called(setup) == ["third"] * 3
    assert [attempt.outcome for attempt in error.attempts] == ["overloaded"] * 3


async def test_no_repetition_is_invited_after_our_own() -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("rate_limited", retry_after_seconds=1.0))
    error = await failed(setup, ModelById(model.id))
    assert (called(setup), error.failure.is_retryable) == (["gpt-x"] * 3, False)


async def test_the_limit_of_the_only_model_is_passed_on_at_once_and_a_repetition_after_it_is_invited() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("rate_limited", retry_after_seconds=20.0))
    error = await failed(setup, ModelById(model.id))
    assert (called(setup), timer.waits) == (["gpt-x"], [])
    assert (error.failure.category, error.failure.retry_after_seconds, error.failure.is_retryable) == (
        "rate_limited",
        20.0,
        True,
    )


async def test_a_limit_however_short_is_not_waited_for_while_another_model_stands_by() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    two_models(setup)
    setup.generation.plays("first", a_failure("rate_limited", retry_after_seconds=1.0))
    assert (await run(setup)).candidate.provider_model_id == "second"
    assert (called(setup), timer.waits) == (["first", "second"], [])


@pytest.mark.parametrize("category", sorted(FINAL - CALLERS_OWN))
async def test_a_final_failure_is_met_once_and_the_next_model_is_asked_at_once(category: Category) -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    two_models(setup)
    setup.generation.plays("first", a_failure(category))
    answer = await run(setup)
    assert (called(setup), timer.waits) == (["first", "second"], [])
    assert answer.candidate.provider_model_id == "second"
    assert [attempt.outcome for attempt in answer.attempts] == [category, "ok"]


@pytest.mark.parametrize("category", sorted(set(get_args(Category)) - CALLERS_OWN - {"ok"}))
async def test_whatever_failed_another_provider_of_the_same_model_may_answer(category: Category) -> None:
    setup = PromptSetup()
    setup.model("gpt-x", price=a_price("0.001", "0.001"))
    other = setup.model("gpt-x", of=an_account(name="Another"), price=a_price("0.002", "0.002"))
    setup.generation.plays("gpt-x", a_failure(category, is_retryable=False))
    setup.generation.plays("gpt-x", completed())
    answer = await run(setup, ModelByName("gpt-x"))
    assert answer.candidate.id == other.id


@pytest.mark.parametrize("category", ["bad_request", "content_filter"])
async def test_what_the_prompt_has_wrong_is_asked_of_nobody_else(category: Category) -> None:
    setup = PromptSetup()
    two_models(setup)
    setup.generation.plays("first", a_failure(category, is_retryable=False, http_status=400))
    error = await failed(setup)
    assert (called(setup), error.failure.category) == (["first"], category)


async def test_what_an_adapter_cannot_ask_another_provider_may_be_asked() -> None:
    setup = PromptSetup()
    two_models(setup)
    setup.generation.plays("first", a_failure("bad_request", is_retryable=False))
    assert (await run(setup)).candidate.provider_model_id == "second"


async def test_a_prompt_that_is_too_long_goes_to_the_next_model_that_reads_more() -> None:
    setup = PromptSetup()
    setup.model("small", price=a_price("0.001", "0.001"), context_window=8_000)
    setup.model("as small", price=a_price("0.002", "0.002"), context_window=8_000)
    setup.model("larger", price=a_price("0.003", "0.003"), context_window=128_000)
    setup.generation.plays("small", a_failure("context_length_exceeded", is_retryable=False))
    answer = await run(setup)
    assert (called(setup), answer.candidate.provider_model_id) == (["small", "larger"], "larger")


async def test_nobody_waits_for_a_long_limit_while_another_model_stands_by() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    two_models(setup)
    setup.generation.plays("first", a_failure("rate_limited", retry_after_seconds=20.0))
    assert (await run(setup)).candidate.provider_model_id == "second"
    assert timer.waits == []


async def test_calls_are_limited_in_all() -> None:
    setup = PromptSetup()
    for name in ("a", "b", "c", "d"):
        setup.model(name, name=name)
        setup.generation.plays(name, a_failure())
    error = await failed(setup, Requirements())
    assert called(setup) == ["a", "b", "c", "d", "d", "d"]
    assert len(error.attempts) == 6


async def test_of_several_failures_one_that_may_heal_is_reported() -> None:
    setup = PromptSetup()
    two_models(setup)
    setup.generation.plays("first", a_failure("rate_limited", retry_after_seconds=30.0))
    setup.generation.plays("second", a_failure("auth_invalid", is_retryable=False))
    error = await failed(setup)
    assert (error.failure.category, error.failure.retry_after_seconds, error.failure.is_retryable) == (
        "rate_limited",
        30.0,
        True,
    )


async def test_a_wait_that_the_deadline_does_not_allow_is_not_begun() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("rate_limited", retry_after_seconds=1.5))
    error = await failed(setup, ModelById(model.id), deadline_seconds=1.0)
    assert (called(setup), timer.waits, error.failure.category) == (["gpt-x"], [], "rate_limited")


async def test_the_deadline_ends_a_call_that_does_not_answer() -> None:
    setup = PromptSetup(timer=SystemTimer())
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", HANG)
    error = await failed(setup, ModelById(model.id), deadline_seconds=0.05)
    assert (error.failure.category, error.failure.is_retryable) == ("timeout", False)
    assert [attempt.outcome for attempt in error.attempts] == ["timeout"]
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]
    assert [(use.outcome, use.cost_usd) for use in setup.usage.uses] == [("timeout", None)]


async def test_a_provider_that_cannot_be_called_makes_room_for_the_next() -> None:
    setup = PromptSetup()
    broken = an_account(provider_type="no-such-type")
    setup.model("first", of=broken, price=a_price("0", "0"))
    setup.model("second")
    answer = await run(setup)
    assert [(attempt.outcome, attempt.candidate.provider_model_id) for attempt in answer.attempts] == [
        ("endpoint_refused", "first"),
        ("ok", "second"),
    ]
    assert [use.provider_model_id for use in setup.usage.uses] == ["second"]


class Picky(FakeGeneration):
    """Takes no prompt for the first model."""

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        if request.model_id == "first":
            raise InvalidInput("/messages", "It takes no images of this kind.")
        return await super().generate(connection, request)


async def test_a_prompt_that_a_provider_does_not_take_goes_to_the_next_and_counts_for_nothing() -> None:
    setup = PromptSetup(generation=Picky())
    two_models(setup)
    answer = await run(setup)
    assert [attempt.outcome for attempt in answer.attempts] == ["bad_request", "ok"]
    assert [use.provider_model_id for use in setup.usage.uses] == ["second"]


async def test_what_a_failed_call_reported_is_passed_on() -> None:
    setup = PromptSetup(retrying=replace(PromptSetup().retrying, attempts_per_model=1))
    model = setup.model("gpt-x")
    failure = a_failure("provider_error", http_status=500, hint="Wait.", upstream_request_id="r9")
    setup.generation.plays("gpt-x", failure)
    error = await failed(setup, ModelById(model.id))
    assert (error.failure.http_status, error.failure.hint, error.failure.upstream_request_id) == (500, "Wait.", "r9")
    assert error.__cause__ is failure
