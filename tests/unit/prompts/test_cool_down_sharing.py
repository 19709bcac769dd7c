"""What one process finds of models goes to the others, beside the prompts and bounded."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from application.errors import Unavailable
from application.prompts.cool_down_sharing import CoolDownSharing
from application.prompts.cool_downs import CoolDowns, SharedCoolDown
from application.prompts.prompt_errors import PromptFailed
from application.prompts.run_prompt import run_prompt
from application.prompts.runnable_models_cache import LONGEST_TRUST
from application.prompts.selection_candidates import ModelById, ModelByName
from tests.fakes.clock import FakeTimer
from tests.fakes.shared_cool_downs import FakeSharedCoolDowns
from tests.prompt_setup import PromptSetup, a_candidate, a_failure, a_prompt, an_account

HERE = uuid4()


class Gate(FakeSharedCoolDowns):
    """Takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.groups: list[set[UUID]] = []

    async def share(self, found: Sequence[SharedCoolDown]) -> Sequence[tuple[UUID, datetime]]:
        self.groups.append({each.model_id for each in found})
        await self.gate.wait()
        return await super().share(found)


async def test_what_comes_while_something_is_written_goes_with_the_next_group() -> None:
    cool_downs = CoolDowns(FakeTimer())
    shared = Gate()
    sharing = CoolDownSharing(cool_downs, shared)
    models = [a_candidate() for _ in range(4)]
    for number, model in enumerate(models):
        cool_downs.failed(HERE, model, a_failure("timeout").failure, 1000.0)
        sharing.changed(HERE, model.id)
        if number == 0:
            await asyncio.sleep(0)
    shared.gate.set()
    await sharing.close()
    assert shared.groups == [{models[0].id}, {model.id for model in models[1:]}]
    assert shared.kept.keys() == {model.id for model in models}


async def test_without_the_database_every_process_goes_by_what_it_found() -> None:
    cool_downs = CoolDowns(FakeTimer())
    shared = FakeSharedCoolDowns()
    sharing = CoolDownSharing(cool_downs, shared)
    model = a_candidate()
    shared.failure = Unavailable()
    cool_downs.failed(HERE, model, a_failure("timeout").failure, 1000.0)
    sharing.changed(HERE, model.id)
    await sharing.close()
    assert cool_downs.of(HERE, model) is not None
    shared.failure = None
    sharing.changed(HERE, model.id)
    await sharing.close()
    assert [each.reason for each in shared.kept.values()] == ["timeout"]


async def test_a_model_that_keeps_failing_is_asked_last_by_all_processes_within_two_seconds() -> None:
    timer = FakeTimer()
    setup = PromptSetup(timer=timer)
    setup.model("gpt-x", name="first", config={"preference": 1})
    setup.model("gpt-x", name="second", of=an_account(name="Another"))
    other = PromptSetup(timer=timer, organization_id=setup.organization_id, candidate_reader=setup.candidate_reader)

    async def asked(by: PromptSetup) -> list[str]:
        with by.acting():
            answer = await run_prompt(a_prompt(ModelByName("gpt-x")), **by.ports)
        return [attempt.candidate.name for attempt in answer.attempts]

    assert await asked(other) == ["first"]
    setup.generation.plays("gpt-x", a_failure("auth_invalid", is_retryable=False))
    with setup.acting():
        first = (await setup.runnable_models.chosen(ModelByName("gpt-x"), has_images=False)).selection.kept[0]
        with pytest.raises(PromptFailed):
            await run_prompt(a_prompt(ModelById(first.id)), **setup.ports)
    await setup.sharing.close()
    setup.candidate_reader.cool_downs = list(setup.shared.kept.values())
    timer.time += LONGEST_TRUST
    assert await asked(other) == ["second"]
