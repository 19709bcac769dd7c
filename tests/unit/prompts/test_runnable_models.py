"""What is ready to be called: keys that were opened, choices that were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from application.policies.selection_candidates import ModelByAnyName, Need
from application.ports.catalogue import KnownModel
from application.ports.usage import Use
from application.ports.vault import KeyBinding
from application.prompts.runnable_models_cache import LONGEST_TRUST
from domain.model.values import Lifecycle
from tests.builders import AN_ENDPOINT
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.timer import FakeTimer
from tests.prompts import PromptSetup

if TYPE_CHECKING:
    from application.prompts.runnable_models import RunnableModels


def a_desk() -> tuple[PromptSetup, FakeTimer]:
    timer = FakeTimer()
    return PromptSetup(timer=timer), timer


async def with_key(desk: PromptSetup, key: str = "sk-secret-1234") -> None:
    binding = KeyBinding(
        organization_id=desk.organization_id, provider_id=desk.account.id, version=1, origin=AN_ENDPOINT.origin
    )
    sealed = await desk.vault.seal(key, binding)
    desk.rosters.put(desk.organization_id, replace(desk.account, sealed=sealed))


async def ready(desk: PromptSetup) -> RunnableModels:
    with desk.acting():
        return await desk.readiness.ready()


async def test_a_key_is_opened_once_and_shown_nowhere() -> None:
    desk, _ = a_desk()
    await with_key(desk)
    held = await ready(desk)
    with desk.acting():
        first = await held.connection(desk.account.id)
        assert await held.connection(desk.account.id) is first
    assert first.api_key == "sk-secret-1234"
    assert "sk-secret" not in f"{held!r} {vars(held)!r} {desk.readiness!r} {vars(desk.readiness)!r}"


async def test_a_key_that_was_replaced_is_not_used_again() -> None:
    desk, _ = a_desk()
    await with_key(desk)
    with desk.acting():
        await (await ready(desk)).connection(desk.account.id)
        await with_key(desk, "sk-the-next-key")
        desk.readiness.forget(desk.organization_id)
        assert (await (await ready(desk)).connection(desk.account.id)).api_key == "sk-the-next-key"


async def retired(desk: PromptSetup) -> set[str]:
    return {candidate.provider_model_id for candidate in (await ready(desk)).candidates if candidate.is_retired}


async def test_the_providers_list_says_what_is_retired() -> None:
    desk, _ = a_desk()
    desk.model("gone", lifecycle=Lifecycle(lifecycle="retired"))
    desk.model("gone today", lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2026-11-23"))
    desk.model("going", lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2026-11-24"))
    desk.model("staying", lifecycle=Lifecycle(lifecycle="active"))
    assert await retired(desk) == {"gone", "gone today"}


async def test_the_catalogue_says_what_is_retired_where_the_list_was_silent() -> None:
    gone = [KnownModel(model_id=model_id, lifecycle="retired") for model_id in ("old", "revived")]
    desk = PromptSetup(catalogue=FakeCatalogue({"openai": gone}))
    desk.model("old")
    desk.model("revived", lifecycle=Lifecycle(lifecycle="active"))
    desk.model("new")
    assert await retired(desk) == {"old"}


async def test_fastest_goes_by_what_was_measured_and_is_looked_up_every_ten_seconds() -> None:
    desk, timer = a_desk()
    slow, fast = desk.model(name="slow"), desk.model(name="fast")
    need = Need(strategy="fastest")

    def used(model_id: UUID, latency_ms: float) -> None:
        desk.usage.record(
            Use(
                model_id=model_id,
                provider_id=desk.account.id,
                provider_type="openai",
                provider_model_id="m",
                outcome="ok",
                input_tokens=1,
                output_tokens=1,
                cost_usd=Decimal(0),
                latency_ms=latency_ms,
            )
        )

    async def first() -> str:
        _, selection = await desk.readiness.chosen(need, has_images=False)
        return selection.kept[0].name

    with desk.acting():
        desk.clock.time -= timedelta(days=2)
        used(slow.id, 1.0)
        desk.clock.time += timedelta(days=2)
        used(slow.id, 900.0)
        used(fast.id, 90.0)
        assert await first() == "fast"
        used(fast.id, 9000.0)
        assert await first() == "fast"
        timer.time += 11
        assert await first() == "slow"


async def test_a_name_that_reads_like_an_id_is_a_name_when_there_is_no_such_id() -> None:
    desk, _ = a_desk()
    name = str(uuid4())
    model = desk.model(name=name)
    with desk.acting():
        _, selection = await desk.readiness.chosen(ModelByAnyName(name), has_images=False)
    assert [candidate.id for candidate in selection.kept] == [model.id]


async def test_choices_are_remembered_until_the_log_was_asked_again() -> None:
    desk, timer = a_desk()
    desk.model(name="one")
    need = Need(capabilities=frozenset({"text"}))
    with desk.acting():
        _, first = await desk.readiness.chosen(need, has_images=False)
        _, second = await desk.readiness.chosen(Need(capabilities=frozenset({"text"})), has_images=False)
        _, other = await desk.readiness.chosen(need, has_images=True)
        timer.time += LONGEST_TRUST
        _, later = await desk.readiness.chosen(need, has_images=False)
    assert second is first
    assert other != first
    assert later is not first
    assert later == first
