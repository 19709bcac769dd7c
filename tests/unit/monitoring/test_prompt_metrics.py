"""Calls of models in figures that name nobody."""

from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from entrypoints.monitoring.prompt_metrics import CountedUses, PromptFigures
from tests.builders import acting
from tests.contract.usage_contract import a_request, a_use
from tests.fakes.clock import FakeClock
from tests.fakes.usage import FakeUsage


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def figures(registry: CollectorRegistry) -> PromptFigures:
    return PromptFigures(registry)


def test_calls_are_counted_by_outcome_and_type_of_provider(figures: PromptFigures, registry: CollectorRegistry) -> None:
    for provider_type, outcome, times in (
        ("openai", "ok", 3),
        ("openai", "overloaded", 2),
        ("google", "ok", 1),
        ("google", "cancelled", 1),
    ):
        for _ in range(times):
            figures.count(a_use(provider_type=provider_type, outcome=outcome))

    def calls(provider_type: str, outcome: str) -> float | None:
        labels = {"provider_type": provider_type, "outcome": outcome}
        return registry.get_sample_value("modelbook_prompt_calls_total", labels)

    assert [calls("openai", "ok"), calls("openai", "overloaded"), calls("openai", "cancelled")] == [3, 2, None]
    assert [calls("google", "ok"), calls("google", "cancelled")] == [1, 1]


def test_time_and_tokens_are_those_of_answers(figures: PromptFigures, registry: CollectorRegistry) -> None:
    figures.count(a_use(latency_ms=300.0, input_tokens=100, output_tokens=7))
    figures.count(a_use(latency_ms=900.0, input_tokens=1, output_tokens=2))
    figures.count(a_use(latency_ms=60_000.0, outcome="timeout", input_tokens=0, output_tokens=0))

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, {"provider_type": "openai", **labels})

    assert value("modelbook_prompt_call_seconds_sum") == pytest.approx(1.2)
    assert [value("modelbook_prompt_call_seconds_bucket", le=le) for le in ("0.25", "0.5", "1.0", "+Inf")] == [
        0,
        1,
        2,
        2,
    ]
    assert value("modelbook_prompt_tokens_total", direction="input") == 101
    assert value("modelbook_prompt_tokens_total", direction="output") == 9


def test_no_label_names_an_organization_a_model_or_a_provider(
    figures: PromptFigures, registry: CollectorRegistry
) -> None:
    uses = [a_use(provider_model_id=f"acme-{number}") for number in range(50)]
    for use in uses:
        figures.count(use)
    shown = generate_latest(registry).decode()
    assert "acme" not in shown
    assert not any(str(name) in shown for use in uses for name in (use.model_id, use.provider_id))
    # As many lines for fifty models as for one.
    alone = CollectorRegistry()
    PromptFigures(alone).count(uses[0])
    assert len(shown.splitlines()) == len(generate_latest(alone).decode().splitlines())


def test_what_is_counted_is_noted_down_as_well(figures: PromptFigures, registry: CollectorRegistry) -> None:
    ledger, use = FakeUsage(FakeClock()), a_use()
    with acting(uuid4()):
        CountedUses(ledger, figures).record(a_request(use))
    assert ledger.uses == [use]
    labels = {"provider_type": "openai", "outcome": "ok"}
    assert registry.get_sample_value("modelbook_prompt_calls_total", labels) == 1
