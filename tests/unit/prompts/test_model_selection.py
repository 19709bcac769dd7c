"""Each rule and each order, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from application.prompts.model_parameters import Defaults
from application.prompts.model_selection import REFUSALS, select
from application.prompts.selection_candidates import Candidate, Requirements
from tests.builders import a_price
from tests.prompt_setup import a_candidate

VISION = frozenset({"text", "vision"})

# What speaks against a candidate, the need it fails, and the rule that says so.
AGAINST: list[tuple[dict[str, Any], Requirements, str]] = [
    ({"is_enabled": False}, Requirements(), "disabled"),
    ({"provider_is_enabled": False}, Requirements(), "provider-disabled"),
    ({"defaults": Defaults(problem="temperature is wrong")}, Requirements(), "config"),
    ({"health": "unhealthy"}, Requirements(), "unhealthy"),
    ({"is_retired": True}, Requirements(), "retired"),
    ({"type": "embedding"}, Requirements(), "type"),
    ({"type": "unknown"}, Requirements(), "type"),
    ({"type": "unknown"}, Requirements(type="unknown"), "type"),
    ({"type": "language"}, Requirements(type="multimodal"), "type"),
    ({"type": "language"}, Requirements(type="vision"), "type"),
    ({"type": "vision"}, Requirements(type="language"), "type"),
    ({"type": "multimodal"}, Requirements(type="vision"), "type"),
    ({"type": "multimodal"}, Requirements(type="embedding"), "type"),
    ({}, Requirements(capabilities=frozenset({"function_calling"})), "capability"),
    ({"context_window": 8000}, Requirements(min_context_window=8001), "context-window"),
    ({"context_window": None}, Requirements(min_context_window=1), "context-window"),
    ({"price": a_price("0.003")}, Requirements(max_cost_per_1k=Decimal("0.0029")), "cost"),
    ({"price": None}, Requirements(max_cost_per_1k=Decimal(1000)), "cost"),
]


def rules(
    candidate: Candidate, need: Requirements | None = None, *, has_images: bool = False
) -> tuple[bool, list[str]]:
    """Whether it was kept, and the rules that said something."""
    (ranked,) = select([candidate], need, has_images=has_images).ranked_candidates
    return ranked.rank is not None, [finding.rule for finding in ranked.findings]


@pytest.mark.parametrize(("facts", "need", "rule"), AGAINST)
def test_a_need_drops_what_does_not_fit_and_names_the_rule(
    facts: dict[str, Any], need: Requirements, rule: str
) -> None:
    assert rules(a_candidate(**facts), need) == (False, [rule])


@pytest.mark.parametrize(
    ("facts", "need"),
    [
        ({}, Requirements()),
        ({"type": "language"}, Requirements(type="language")),
        ({"type": "multimodal"}, Requirements(type="language")),
        ({"type": "multimodal"}, Requirements(type="multimodal")),
        ({"type": "multimodal", "capabilities": VISION}, Requirements(type="vision")),
        ({"type": "vision"}, Requirements(type="vision")),
        ({"type": "vision"}, Requirements()),
        ({"type": "embedding"}, Requirements(type="embedding")),
        ({"capabilities": VISION}, Requirements(capabilities=frozenset({"vision"}))),
        ({"context_window": 8000}, Requirements(min_context_window=8000)),
        ({"context_window": None}, Requirements()),
        ({"price": a_price("0.003")}, Requirements(max_cost_per_1k=Decimal("0.003"))),
        ({"price": None}, Requirements()),
        ({"health": "degraded"}, Requirements()),
        ({"health": "unknown"}, Requirements()),
    ],
)
def test_a_need_keeps_what_fits(facts: dict[str, Any], need: Requirements) -> None:
    assert rules(a_candidate(**facts), need) == (True, ["preferred"])


def test_everything_that_speaks_against_a_candidate_is_reported() -> None:
    candidate = a_candidate(is_enabled=False, health="unhealthy", type="audio", price=None)
    need = Requirements(capabilities=frozenset({"b", "a"}), max_cost_per_1k=Decimal(1))
    assert rules(candidate, need) == (False, ["disabled", "unhealthy", "type", "capability", "capability", "cost"])


@pytest.mark.parametrize(
    ("facts", "need", "sentence"),
    [
        (
            {"context_window": 8000},
            Requirements(min_context_window=128_000),
            "Its context window is 8,000 tokens, and 128,000 are needed.",
        ),
        (
            {"price": a_price("0.00300")},
            Requirements(max_cost_per_1k=Decimal("0.001")),
            "It costs 3 USD per 1M tokens, and 1 is the most allowed.",
        ),
        ({"is_enabled": False}, Requirements(), "The model is disabled."),
        (
            {"provider_is_enabled": False, "provider_name": "Ours"},
            Requirements(),
            "Its provider Ours is disabled.",
        ),
        (
            {"defaults": Defaults(problem="topP is not a number")},
            Requirements(),
            "Its config cannot be used: topP is not a number.",
        ),
    ],
)
def test_a_rule_says_what_it_found(facts: dict[str, Any], need: Requirements, sentence: str) -> None:
    (ranked,) = select([a_candidate(**facts)], need).ranked_candidates
    assert [finding.detail for finding in ranked.findings] == [sentence]


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"is_enabled": False}, "disabled"),
        ({"provider_is_enabled": False}, "provider-disabled"),
        ({"defaults": Defaults(problem="stop is wrong")}, "config"),
    ],
)
def test_a_model_requested_by_name_is_refused_only_for_what_makes_a_call_impossible(
    facts: dict[str, Any], rule: str
) -> None:
    assert rules(a_candidate(**facts)) == (False, [rule])
    assert rule in REFUSALS


@pytest.mark.parametrize(
    ("facts", "warning"),
    [
        ({"health": "unhealthy"}, "unhealthy"),
        ({"is_retired": True}, "retired"),
        ({"type": "embedding"}, "type"),
    ],
)
def test_a_model_requested_by_name_is_tried_in_spite_of_everything_else(facts: dict[str, Any], warning: str) -> None:
    assert rules(a_candidate(**facts)) == (True, [warning, "asked-for"])


@pytest.mark.parametrize(
    ("facts", "reads"),
    [
        ({"type": "vision"}, True),
        ({"type": "multimodal", "capabilities": VISION}, True),
        ({"type": "multimodal"}, False),
        ({"type": "language"}, False),
    ],
)
def test_images_go_only_to_models_known_to_read_them_unless_one_was_requested(
    facts: dict[str, Any], reads: bool
) -> None:
    candidate = a_candidate(**facts)
    assert rules(candidate, Requirements(), has_images=True) == (
        (True, ["preferred"]) if reads else (False, ["images"])
    )
    warnings = [] if reads else ["images"]
    assert rules(candidate, None, has_images=True) == (True, [*warnings, "asked-for"])


def order(need: Requirements | None, *candidates: Candidate, **facts: Any) -> list[str]:  # noqa: ANN401
    return [candidate.name for candidate in select(candidates, need, **facts).kept]


def test_cheapest_counts_both_directions_and_what_is_unknown_comes_last() -> None:
    dear_to_write = a_candidate(name="dear to write", price=a_price("0.0001", "0.06"))
    dear_to_read = a_candidate(name="dear to read", price=a_price("0.03", "0.03"))
    middle = a_candidate(name="middle", price=a_price("0.03", "0.0301"))
    half_known = a_candidate(name="half known", price=a_price("0.00001", None))
    unknown = a_candidate(name="unknown", price=None)
    free = a_candidate(name="free", price=a_price("0", "0"))
    candidates = [unknown, half_known, middle, dear_to_write, dear_to_read, free]
    assert order(Requirements(strategy="cheapest"), *candidates) == [
        "free",
        "dear to read",
        "dear to write",
        "middle",
        "half known",
        "unknown",
    ]


def test_fastest_goes_by_recent_calls_and_what_is_unknown_comes_last() -> None:
    slow, fast, new = a_candidate(name="slow"), a_candidate(name="fast"), a_candidate(name="new")
    latencies = {slow.id: 900.0, fast.id: 90.0}
    assert order(Requirements(strategy="fastest"), slow, new, fast, latencies=latencies) == ["fast", "slow", "new"]


def test_preferred_goes_by_preference_then_health_then_cost() -> None:
    second = a_candidate(name="second", defaults=Defaults(preference=2), health="degraded")
    first = a_candidate(name="first", defaults=Defaults(preference=1), price=None)
    healthy = a_candidate(name="healthy", price=a_price("0.5", "0.5"))
    cheap = a_candidate(name="cheap", health="unknown", price=a_price("0.001", "0.001"))
    dear = a_candidate(name="dear", health="unknown")
    candidates = [dear, cheap, healthy, second, first]
    assert order(Requirements(), *candidates) == ["first", "second", "healthy", "cheap", "dear"]


def test_models_requested_by_name_are_ordered_as_preferred_the_unhealthy_last() -> None:
    ill = a_candidate(name="ill", health="unhealthy", price=a_price("0.0001", "0.0001"))
    well = a_candidate(name="well")
    assert order(None, ill, well) == ["well", "ill"]


def test_a_kept_candidate_says_what_its_place_rests_on() -> None:
    candidate = a_candidate(price=a_price("0.01", "0.02"), defaults=Defaults(preference=1))
    found = {}
    for strategy in ("cheapest", "fastest", "preferred"):
        need = Requirements(strategy=strategy)
        (ranked,) = select([candidate], need, latencies={candidate.id: 420.4}).ranked_candidates
        found[strategy] = ranked.findings[-1].detail
    assert found == {
        "cheapest": "30 USD per 1M tokens read and 1M written.",
        "fastest": "420 ms on average lately.",
        "preferred": "Preference 1; provider healthy; 30 USD per 1M tokens read and 1M written.",
    }


def test_nothing_fits_nothing() -> None:
    assert select([], Requirements()).ranked_candidates == ()
