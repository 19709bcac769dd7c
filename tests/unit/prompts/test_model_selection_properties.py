"""What holds for any candidates and any need."""

from decimal import Decimal
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from application.prompts.model_parameters import Defaults
from application.prompts.model_selection import REFUSALS, select
from application.prompts.selection_candidates import Candidate, Requirements
from domain.model.values import MODEL_TYPES, Price
from tests.prompt_setup import a_candidate

CAPABILITIES = ["text", "vision", "function_calling"]

costs = st.none() | st.decimals(0, 1, places=4)
prices = st.builds(Price, costs, costs, st.just("manual")).map(lambda price: None if price.headline is None else price)
windows = st.none() | st.integers(1, 10_000)
capabilities = st.frozensets(st.sampled_from(CAPABILITIES))
candidates = st.builds(
    a_candidate,
    id=st.uuids(),
    name=st.sampled_from("abc"),
    type=st.sampled_from(MODEL_TYPES),
    capabilities=capabilities,
    context_window=windows,
    price=prices,
    is_enabled=st.booleans(),
    provider_is_enabled=st.booleans(),
    health=st.sampled_from(["healthy", "unknown", "degraded", "unhealthy"]),
    is_retired=st.booleans(),
    defaults=st.builds(Defaults, preference=st.none() | st.floats(-5, 5), problem=st.none() | st.just("wrong")),
)
several = st.lists(candidates, max_size=8, unique_by=lambda candidate: candidate.id)
needs = st.builds(
    Requirements,
    type=st.none() | st.sampled_from(MODEL_TYPES),
    capabilities=capabilities,
    max_cost_per_1k=st.none() | st.decimals(0, 1, places=4),
    min_context_window=windows,
    strategy=st.sampled_from(["cheapest", "fastest", "preferred"]),
)
asked = st.none() | needs
speeds = st.dictionaries(st.uuids(), st.floats(0, 1000))


def latencies_of(some: list[Candidate], chosen: Random) -> dict[UUID, float]:
    return {candidate.id: float(chosen.randint(1, 5)) for candidate in some if chosen.random() < 0.5}


@given(several, asked, st.booleans(), st.randoms())
def test_every_candidate_is_either_kept_with_a_rank_or_dropped_by_a_rule(
    some: list[Candidate], need: Requirements | None, has_images: bool, chance: Random
) -> None:
    selection = select(some, need, has_images=has_images, latencies=latencies_of(some, chance))
    ranked_candidates = selection.ranked_candidates
    assert sorted(ranked.candidate.id for ranked in ranked_candidates) == sorted(candidate.id for candidate in some)
    assert all(ranked.findings for ranked in ranked_candidates)
    ranks = [ranked.rank for ranked in ranked_candidates if ranked.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))
    assert [ranked.rank is None for ranked in ranked_candidates] == [False] * len(ranks) + [True] * (
        len(some) - len(ranks)
    )


@given(several, asked, st.booleans())
def test_what_is_out_of_use_is_never_kept(some: list[Candidate], need: Requirements | None, has_images: bool) -> None:
    for candidate in select(some, need, has_images=has_images).kept:
        assert candidate.is_enabled
        assert candidate.provider_is_enabled
        assert candidate.defaults.problem is None


@given(several, needs, st.booleans())
def test_what_a_need_keeps_meets_it(some: list[Candidate], need: Requirements, has_images: bool) -> None:
    for candidate in select(some, need, has_images=has_images).kept:
        assert candidate.health != "unhealthy"
        assert not candidate.is_retired
        assert need.capabilities <= candidate.capabilities
        assert need.min_context_window is None or (candidate.context_window or 0) >= need.min_context_window
        headline = candidate.price.headline if candidate.price else None
        assert need.max_cost_per_1k is None or (headline is not None and headline <= need.max_cost_per_1k)
        assert not has_images or candidate.type == "vision" or "vision" in candidate.capabilities


@given(several, st.booleans())
def test_what_is_requested_by_name_is_dropped_by_a_refusal_alone(some: list[Candidate], has_images: bool) -> None:
    for ranked in select(some, None, has_images=has_images).ranked_candidates:
        refused = any(finding.rule in REFUSALS for finding in ranked.findings)
        assert refused == (ranked.rank is None)


@given(several, asked, st.booleans(), st.randoms())
def test_the_order_of_the_kept_does_not_depend_on_the_order_they_came_in(
    some: list[Candidate], need: Requirements | None, has_images: bool, chance: Random
) -> None:
    latencies = latencies_of(some, chance)
    kept = select(some, need, has_images=has_images, latencies=latencies).kept
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert select(shuffled, need, has_images=has_images, latencies=latencies).kept == kept


@given(several, asked, st.booleans())
def test_one_that_was_dropped_makes_no_difference_to_the_others(
    some: list[Candidate], need: Requirements | None, has_images: bool
) -> None:
    selection = select(some, need, has_images=has_images)
    dropped = {ranked.candidate.id for ranked in selection.ranked_candidates if ranked.rank is None}
    others = [candidate for candidate in some if candidate.id not in dropped]
    assert select(others, need, has_images=has_images).kept == selection.kept


@given(several, needs, st.randoms())
def test_the_first_choice_is_the_best_by_its_strategy(
    some: list[Candidate], need: Requirements, chance: Random
) -> None:
    latencies = latencies_of(some, chance)
    kept = select(some, need, latencies=latencies).kept
    if not kept:
        return
    best = kept[0]
    if need.strategy == "cheapest":
        known = [cost for candidate in kept if (cost := candidate.cost_of_both) is not None]
        assert best.cost_of_both == min(known, default=None)
    elif need.strategy == "fastest":
        assert latencies.get(best.id) == min((latencies[c.id] for c in kept if c.id in latencies), default=None)
    else:
        wishes = [c.defaults.preference for c in kept if c.defaults.preference is not None]
        assert best.defaults.preference == min(wishes, default=None)


@given(several, needs)
def test_asking_for_less_never_keeps_fewer(some: list[Candidate], need: Requirements) -> None:
    kept = {candidate.id for candidate in select(some, need).kept}
    easier = Requirements(type=need.type, max_cost_per_1k=Decimal(1000) if need.max_cost_per_1k is not None else None)
    assert kept <= {candidate.id for candidate in select(some, easier).kept}
