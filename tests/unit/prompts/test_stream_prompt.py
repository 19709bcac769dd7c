"""A prompt and its answer as it is written."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from adapters.system_clock import SystemTimer
from application.prompts.completion import StreamStarted, TextDelta, TokenUsage
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_errors import PromptFailed
from application.prompts.run_prompt import PromptEvent, stream_prompt
from application.prompts.selection_candidates import ModelById, Requirements
from tests.builders import a_price
from tests.fakes.clock import FakeTimer
from tests.fakes.generation import HANG, completed
from tests.prompt_setup import PromptSetup, a_failure, a_prompt

BEGUN = StreamStarted()
NO_TOKENS = TokenUsage()


async def streamed(
    setup: PromptSetup,
    selector: object = None,
    *,
    heard: list[PromptEvent] | None = None,
    then: Callable[[], Awaitable[object]] | None = None,
    **facts: Any,  # noqa: ANN401
) -> list[PromptEvent]:
    """Hear the answer to its end; with `then`, hear its first words, do that, and leave."""
    events_so_far = [] if heard is None else heard
    with setup.acting():
        prompt = a_prompt(selector or Requirements(strategy="cheapest"), **facts)
        async with stream_prompt(prompt, **setup.ports) as events:
            async for event in events:
                events_so_far.append(event)
                if then is not None and event != BEGUN:
                    await then()
                    break
    return events_so_far


def two_models(setup: PromptSetup) -> None:
    setup.model("first", price=a_price("0.001", "0.001"))
    setup.model("second", price=a_price("0.002", "0.002"))


async def test_words_come_as_they_are_written_and_the_answer_last() -> None:
    setup = PromptSetup()
    setup.model("gpt-x", price=a_price("0.001", "0.002"))
    *words, answer = await streamed(setup)
    assert words == [BEGUN, TextDelta("Hel"), TextDelta("lo.")]
    assert isinstance(answer, PromptAnswer)
    assert (answer.completion.text, answer.cost.usd) == ("Hello.", Decimal("0.00002"))
    assert [attempt.outcome for attempt in answer.attempts] == ["ok"]
    assert [call.ending for call in setup.generation.calls] == ["finished"]
    assert [use.outcome for use in setup.usage.uses] == ["ok"]


async def test_an_answer_without_words_is_an_answer() -> None:
    setup = PromptSetup()
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", completed("", usage=NO_TOKENS))
    begun, answer = await streamed(setup)
    assert begun == BEGUN
    assert isinstance(answer, PromptAnswer)
    assert answer.completion.text == ""


async def test_another_model_is_asked_before_the_first_words() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    two_models(setup)
    setup.generation.plays("first", a_failure("overloaded"))
    *_, answer = await streamed(setup)
    assert isinstance(answer, PromptAnswer)
    assert [(attempt.candidate.provider_model_id, attempt.outcome) for attempt in answer.attempts] == [
        ("first", "overloaded"),
        ("second", "ok"),
    ]
    assert timer.waits == []
    assert [call.ending for call in setup.generation.calls] == ["failed", "finished"]


async def test_no_other_model_is_asked_after_the_first_words() -> None:
    setup = PromptSetup()
    two_models(setup)
    setup.generation.plays("first", "Once upon", a_failure("overloaded"))
    heard: list[PromptEvent] = []
    with pytest.raises(PromptFailed) as error:
        await streamed(setup, heard=heard)
    assert heard == [BEGUN, TextDelta("Once upon")]
    assert error.value.failure.category == "overloaded"
    assert [attempt.outcome for attempt in error.value.attempts] == ["overloaded"]
    assert [call.request.model_id for call in setup.generation.calls] == ["first"]
    assert [(use.outcome, use.cost_usd) for use in setup.usage.uses] == [("overloaded", None)]


@pytest.mark.parametrize("words", [(), ("Once upon",)])
async def test_a_stream_that_just_ends_is_no_answer(words: tuple[str, ...]) -> None:
    setup = PromptSetup()
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", *words)
    with pytest.raises(PromptFailed) as error:
        await streamed(setup, ModelById(model.id))
    assert error.value.failure.category == "unexpected_body"
    assert len(setup.generation.calls) == (1 if words else 3)


async def test_leaving_early_ends_the_call() -> None:
    setup = PromptSetup()
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once upon", " a time", HANG)
    endings = []

    async def look() -> None:
        endings.append(setup.generation.calls[0].ending)

    assert await streamed(setup, then=look) == [BEGUN, TextDelta("Once upon")]
    assert [*endings, setup.generation.calls[0].ending] == [None, "cancelled"]
    assert [(use.outcome, use.cost_usd) for use in setup.usage.uses] == [("cancelled", None)]


@pytest.mark.parametrize("words", [(), ("Once upon",)])
async def test_cancelling_ends_the_call_before_and_after_the_first_words(words: tuple[str, ...]) -> None:
    setup = PromptSetup()
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", *words, HANG)
    running = asyncio.create_task(streamed(setup))
    await setup.generation.called.wait()
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]
    assert [use.outcome for use in setup.usage.uses] == ["cancelled"]


@pytest.mark.parametrize("words", [(), ("Once upon",)])
async def test_the_deadline_bounds_a_stream_to_its_last_word(words: tuple[str, ...]) -> None:
    setup = PromptSetup(timer=SystemTimer())
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", *words, HANG)
    with pytest.raises(PromptFailed) as error:
        await streamed(setup, ModelById(model.id), deadline_seconds=0.05)
    assert error.value.failure.category == "timeout"
    assert [attempt.outcome for attempt in error.value.attempts] == ["timeout"]
    assert [use.outcome for use in setup.usage.uses] == ["timeout"]


async def test_without_a_deadline_a_stream_is_as_long_as_it_is() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once upon", " a time", " there", completed())

    async def two_hours_pass() -> None:
        timer.time += 7200

    with setup.acting():
        async with stream_prompt(a_prompt(Requirements()), **setup.ports) as events:
            heard = []
            async for event in events:
                heard.append(event)
                await two_hours_pass()
    assert isinstance(heard[-1], PromptAnswer)
    assert [use.outcome for use in setup.usage.uses] == ["ok"]


async def test_leaving_a_long_stream_is_no_timeout() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once upon", HANG)

    async def two_hours_pass() -> None:
        timer.time += 7200

    await streamed(setup, then=two_hours_pass)
    assert [use.outcome for use in setup.usage.uses] == ["cancelled"]


async def test_the_deadline_bounds_a_reader_that_does_not_read() -> None:
    setup = PromptSetup(timer=SystemTimer())
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once upon", HANG)
    with pytest.raises(PromptFailed):
        await streamed(setup, then=asyncio.Event().wait, deadline_seconds=0.05)
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]


async def test_a_mistake_of_the_reader_is_its_own() -> None:
    async def stumble() -> None:
        raise ZeroDivisionError

    setup = PromptSetup()
    setup.model("gpt-x")
    with pytest.raises(ZeroDivisionError):
        await streamed(setup, then=stumble)
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]


async def test_a_models_own_deadline_bounds_a_stream_to_its_last_word() -> None:
    setup = PromptSetup(timer=SystemTimer())
    model = setup.model("gpt-x", config={"deadlineSeconds": 0.05})
    setup.generation.plays("gpt-x", "Once upon", HANG)
    with pytest.raises(PromptFailed, match=r"within the deadline of 0\.05 s") as error:
        await streamed(setup, ModelById(model.id))
    assert error.value.failure.category == "timeout"
    assert [use.outcome for use in setup.usage.uses] == ["timeout"]


@pytest.mark.parametrize(("is_finished", "cost"), [(False, None), (True, Decimal("0.026"))])
async def test_what_is_known_when_somebody_leaves_is_counted(is_finished: bool, cost: Decimal | None) -> None:
    setup = PromptSetup()
    setup.model("gpt-x", price=a_price("0.001", "0.002"))
    setup.generation.plays("gpt-x", "Once upon", " a time", HANG)

    async def the_provider_tells() -> None:
        progress = setup.generation.calls[0].request.progress
        progress.usage = TokenUsage(input_tokens=20_000, output_tokens=3_000)
        progress.is_finished = is_finished

    await streamed(setup, then=the_provider_tells)
    [use] = setup.usage.uses
    # Before the end nobody knows how much more is charged.
    assert (use.outcome, use.input_tokens, use.output_tokens, use.cost_usd) == ("cancelled", 20_000, 3_000, cost)


async def test_what_is_known_of_an_answer_that_breaks_off_is_counted() -> None:
    setup = PromptSetup()
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once upon", " a time", a_failure("overloaded"))

    async def listen() -> None:
        with setup.acting():
            async with stream_prompt(a_prompt(Requirements()), **setup.ports) as events:
                async for _ in events:
                    used = TokenUsage(input_tokens=20, output_tokens=1)
                    setup.generation.calls[0].request.progress.usage = used

    with pytest.raises(PromptFailed):
        await listen()
    [use] = setup.usage.uses
    assert (use.outcome, use.input_tokens, use.output_tokens, use.cost_usd) == ("overloaded", 20, 1, None)
