"""A model that says nothing is left for another one, and only then."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.providers.provider_gateway import Gateway
from adapters.system_clock import SystemTimer
from application.ports.provider_gateway import CallOutcome, ProviderConnection, TestReport
from application.prompts.completion import Completion
from application.prompts.generation import GenerationRequest
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_errors import PromptFailed
from application.prompts.retry_policy import RetryPolicy
from application.prompts.run_prompt import run_prompt, stream_prompt
from application.prompts.selection_candidates import ModelByName
from tests.fakes.generation import HANG, FakeGeneration, completed
from tests.fakes.outbound_http import FakeOutbound
from tests.prompt_setup import PromptSetup, a_failure, a_prompt, an_account

SHORT = 0.05
BOTH = ModelByName("gpt-x")
LEFT = [("first", "timeout"), ("second", "ok")]


@dataclass
class SlowAtFirst(FakeGeneration):
    """Answers its first call after a while."""

    seconds: float = 4 * SHORT

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        if not self.calls:
            await asyncio.sleep(self.seconds)
        return await super().generate(connection, request)


class ProbedGateway(Gateway):
    """Whose connection test finds what the test says."""

    def __init__(self, *, reachable: bool) -> None:
        super().__init__(FakeOutbound())
        self.reachable = reachable
        self.probes = 0

    async def probe(self, connection: ProviderConnection) -> TestReport:  # noqa: ARG002 - as the gateway's
        self.probes += 1
        return TestReport(
            status="healthy" if self.reachable else "unhealthy",
            reachable=self.reachable,
            outcome=CallOutcome("ok", "It answers."),
            response_time_ms=1.0,
            checked_at=datetime(2026, 1, 1, tzinfo=UTC),
        )


def a_setup(*, reachable: bool = False, generation: FakeGeneration | None = None, **config: Any) -> PromptSetup:  # noqa: ANN401
    """Return two models of one name, of which the first has this config, and is asked first."""
    setup = PromptSetup(
        timer=SystemTimer(),
        generation=generation or FakeGeneration(),
        gateway=ProbedGateway(reachable=reachable),
        retrying=RetryPolicy(first_byte_seconds=SHORT, whole_answer_seconds=60.0),
    )
    setup.model("gpt-x", name="first", config={"preference": 1, **config})
    setup.model("gpt-x", name="second", of=an_account(name="Another"))
    return setup


def hangs_once(setup: PromptSetup) -> None:
    setup.generation.plays("gpt-x", HANG)
    setup.generation.plays("gpt-x", "Hello.", completed())


async def run(setup: PromptSetup, **facts: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Run a prompt and return its attempts."""
    with setup.acting():
        answer = await run_prompt(a_prompt(BOTH, **facts), **setup.ports)
    return [(attempt.candidate.name, attempt.outcome) for attempt in answer.attempts]


async def streamed(setup: PromptSetup) -> list[tuple[str, str]]:
    with setup.acting():
        async with stream_prompt(a_prompt(BOTH), **setup.ports) as events:
            *_, answer = [event async for event in events]
    assert isinstance(answer, PromptAnswer)
    return [(attempt.candidate.name, attempt.outcome) for attempt in answer.attempts]


async def test_a_stream_that_does_not_begin_is_left_for_the_next_model() -> None:
    setup = a_setup()
    hangs_once(setup)
    assert await streamed(setup) == LEFT
    assert [call.ending for call in setup.generation.calls] == ["cancelled", "finished"]
    assert [use.outcome for use in setup.usage.uses] == ["timeout", "ok"]
    assert setup.records.under_way == {}


async def test_a_stream_that_has_begun_may_pause() -> None:
    setup = a_setup()
    setup.generation.plays("gpt-x", "Hel", HANG)

    async def to_the_end() -> None:
        async with stream_prompt(a_prompt(BOTH, deadline_seconds=4 * SHORT), **setup.ports) as events:
            async for _ in events:
                pass

    with setup.acting(), pytest.raises(PromptFailed) as failed:
        await to_the_end()
    assert [attempt.candidate.name for attempt in failed.value.attempts] == ["first"]


async def test_the_last_model_has_all_the_time_there_is() -> None:
    setup = a_setup(generation=SlowAtFirst())
    with setup.acting():
        (first, second) = (await setup.runnable_models.chosen(BOTH, has_images=False)).selection.kept
        setup.cool_downs.failed(setup.organization_id, second, a_failure("timeout").failure, setup.timer.now())
    assert await run(setup) == [(first.name, "ok")]


async def test_a_whole_answer_is_left_where_the_provider_does_not_answer_at_all() -> None:
    setup = a_setup(reachable=False)
    hangs_once(setup)
    assert await run(setup) == LEFT
    assert setup.gateway.probes == 1


async def test_a_whole_answer_may_take_its_time_where_the_provider_still_answers() -> None:
    setup = a_setup(reachable=True, generation=SlowAtFirst())
    assert await run(setup) == [("first", "ok")]
    assert setup.gateway.probes == 1


async def test_a_whole_answer_takes_no_more_than_half_of_what_is_left() -> None:
    setup = a_setup(reachable=True)
    hangs_once(setup)
    assert await run(setup, deadline_seconds=8 * SHORT) == LEFT


async def cools_down(setup: PromptSetup) -> bool:
    with setup.acting():
        (first, *_) = (await setup.runnable_models.chosen(BOTH, has_images=False)).selection.kept
    await setup.sharing.close()
    return setup.cool_downs.is_suspect(setup.organization_id, first)


async def test_a_short_deadline_does_not_count_against_a_model_that_is_alive() -> None:
    """Else one client could keep all others of its organization from their model."""
    alive = a_setup(reachable=True)
    hangs_once(alive)
    assert await run(alive, deadline_seconds=8 * SHORT) == LEFT
    assert not await cools_down(alive)
    dead = a_setup(reachable=False)
    hangs_once(dead)
    assert await run(dead, deadline_seconds=8 * SHORT) == LEFT
    assert await cools_down(dead)


@pytest.mark.parametrize(("own", "models", "is_cooled"), [(0.01, None, False), (0.01, 60, False), (90.0, None, True)])
async def test_a_stream_that_is_left_sooner_than_the_model_is_known_to_pause_does_not_count(
    own: float, models: float | None, is_cooled: bool
) -> None:
    config: dict[str, Any] = {} if models is None else {"idleSeconds": models}
    setup = a_setup(**config)
    setup.generation.plays("gpt-x", "Hel", a_failure("timeout"))

    async def to_the_end() -> None:
        prompt = replace(a_prompt(BOTH), idle_seconds=own)
        async with stream_prompt(prompt, **setup.ports) as events:
            async for _ in events:
                pass

    with setup.acting(), pytest.raises(PromptFailed):
        await to_the_end()
    assert await cools_down(setup) is is_cooled


async def test_a_person_may_say_how_long_a_model_may_take_to_begin() -> None:
    setup = a_setup(reachable=True, firstByteSeconds=SHORT)
    hangs_once(setup)
    assert await run(setup) == LEFT
    assert setup.gateway.probes == 0
    patient = a_setup(reachable=False, generation=SlowAtFirst(), firstByteSeconds=60)
    assert await run(patient) == [("first", "ok")]


async def test_one_that_has_hung_is_asked_last_and_tried_again_with_no_more_patience() -> None:
    setup = a_setup(reachable=False)
    hangs_once(setup)
    assert await run(setup) == LEFT
    assert await run(setup) == [("second", "ok")]
    with setup.acting():
        (first, _) = (await setup.runnable_models.chosen(BOTH, has_images=False)).selection.kept
    # Its cool-down is over, so that the next prompt tries it.
    cool_down = setup.cool_downs.of(setup.organization_id, first)
    assert cool_down is not None
    setup.gateway.reachable = True
    setup.generation = FakeGeneration()
    hangs_once(setup)
    shared = setup.shared.kept[first.id]
    setup.cool_downs.note_others(
        setup.organization_id, [replace(shared, seconds_left=-1.0, changed_at=datetime(2027, 1, 1, tzinfo=UTC))]
    )
    assert await run(setup) == LEFT
    assert setup.gateway.probes == 1
    await setup.sharing.close()


async def test_who_leaves_before_the_first_words_leaves_nothing_under_way() -> None:
    setup = a_setup()
    setup.generation.plays("gpt-x", HANG)
    with setup.acting(), pytest.raises(TimeoutError):
        async with asyncio.timeout(SHORT / 2), stream_prompt(a_prompt(BOTH), **setup.ports):
            pass
    assert setup.records.under_way == {}
    assert [call.ending for call in setup.generation.calls] == ["cancelled"]


async def test_who_never_reads_a_stream_that_has_begun_leaves_nothing_under_way() -> None:
    setup = a_setup()
    with setup.acting():
        async with stream_prompt(a_prompt(BOTH), **setup.ports):
            pass
    assert setup.records.under_way == {}
    assert [use.outcome for use in setup.usage.uses] == ["cancelled"]
