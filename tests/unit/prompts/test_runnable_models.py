"""What is ready to be called: keys that were opened, choices that were made."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from application.ports.catalogue import KnownModel
from application.ports.vault import KeyBinding
from application.prompts.runnable_models import RunnableModels
from application.prompts.selection_candidates import ModelByAnyName, ModelById, Requirements
from domain.model.values import Lifecycle
from tests.builders import AN_ENDPOINT
from tests.contract.usage_contract import a_request, a_use
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeTimer
from tests.prompt_setup import PromptSetup


def a_setup() -> tuple[PromptSetup, FakeTimer]:
    timer = FakeTimer()
    return PromptSetup(timer=timer), timer


async def with_key(setup: PromptSetup, key: str = "sk-secret-1234") -> None:
    binding = KeyBinding(
        organization_id=setup.organization_id,
        provider_id=setup.account.id,
        version=1,
        origin=AN_ENDPOINT.origin,
    )
    sealed = await setup.vault.seal(key, binding)
    setup.candidate_reader.put(setup.organization_id, replace(setup.account, sealed=sealed))


async def ready(setup: PromptSetup) -> RunnableModels:
    with setup.acting():
        return await setup.runnable_models.chosen(Requirements(), has_images=False)


async def test_a_key_is_opened_once_and_shown_nowhere() -> None:
    setup, _ = a_setup()
    model = setup.model()
    await with_key(setup)
    held = await ready(setup)
    with setup.acting():
        first = await held.connection(setup.account.id)
        assert await held.connection(setup.account.id) is first
        other = await setup.runnable_models.chosen(ModelById(model.id), has_images=False)
        assert await other.connection(setup.account.id) is first
    assert first.api_key == "sk-secret-1234"
    assert "sk-secret" not in f"{held!r} {vars(held)!r} {setup.runnable_models!r} {vars(setup.runnable_models)!r}"


async def test_a_key_that_was_replaced_is_not_used_again() -> None:
    setup, _ = a_setup()
    setup.model()
    await with_key(setup)
    with setup.acting():
        await (await ready(setup)).connection(setup.account.id)
        await with_key(setup, "sk-the-next-key")
        setup.runnable_models.forget(setup.organization_id)
        assert (await (await ready(setup)).connection(setup.account.id)).api_key == "sk-the-next-key"


async def retired(setup: PromptSetup) -> set[str]:
    with setup.acting():
        selection = await setup.runnable_models.explained(Requirements(), has_images=False)
    candidates = [ranked.candidate for ranked in selection.ranked_candidates]
    return {candidate.provider_model_id for candidate in candidates if candidate.is_retired}


async def test_the_providers_list_says_what_is_retired() -> None:
    setup, _ = a_setup()
    setup.model("gone", lifecycle=Lifecycle(lifecycle="retired"))
    setup.model("gone today", lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2026-11-23"))
    setup.model("going", lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2026-11-24"))
    setup.model("staying", lifecycle=Lifecycle(lifecycle="active"))
    assert await retired(setup) == {"gone", "gone today"}


async def test_the_catalogue_says_what_is_retired_where_the_list_was_silent() -> None:
    gone = [KnownModel(model_id=model_id, lifecycle="retired") for model_id in ("old", "revived")]
    setup = PromptSetup(catalogue=FakeCatalogue({"openai": gone}))
    setup.model("old")
    setup.model("revived", lifecycle=Lifecycle(lifecycle="active"))
    setup.model("new")
    assert await retired(setup) == {"old"}


async def test_fastest_goes_by_what_was_measured_and_is_looked_up_every_ten_seconds() -> None:
    setup, timer = a_setup()
    slow, fast = setup.model(name="slow"), setup.model(name="fast")
    need = Requirements(strategy="fastest")

    def used(model_id: UUID, latency_ms: float) -> None:
        setup.usage.record(a_request(a_use(model_id=model_id, provider_id=setup.account.id, latency_ms=latency_ms)))

    async def first() -> str:
        return (await setup.runnable_models.chosen(need, has_images=False)).selection.kept[0].name

    with setup.acting():
        setup.clock.time -= timedelta(days=2)
        used(slow.id, 1.0)
        setup.clock.time += timedelta(days=2)
        used(slow.id, 900.0)
        used(fast.id, 90.0)
        assert await first() == "fast"
        used(fast.id, 9000.0)
        assert await first() == "fast"
        timer.time += 11
        assert await first() == "slow"


async def test_a_name_that_reads_like_an_id_is_a_name_when_there_is_no_such_id() -> None:
    setup, _ = a_setup()
    name = str(uuid4())
    model = setup.model(name=name)
    with setup.acting():
        selection = (await setup.runnable_models.chosen(ModelByAnyName(name), has_images=False)).selection
    assert [candidate.id for candidate in selection.kept] == [model.id]
