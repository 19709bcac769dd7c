"""What a provider says is taken over, and nothing that a person said is ever lost by that."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.discovery.synchronise_model import differences, registered_from, synchronise
from application.policies.fill_model_facts import GivenFacts, ModelFacts, filled
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel
from domain.errors import DomainError
from domain.model.aggregate import Model
from domain.model.values import MANUAL, Lifecycle, Limits
from tests import hypothesis_strategies as strategies
from tests.builders import a_model, a_price
from tests.events import happened, topics
from tests.hypothesis_strategies import Command, apply_command
from tests.unit.policies.test_fill_model_facts import knowns, offers

DAY = date(2026, 11, 23)
OURS = dict.fromkeys(["type", "capabilities", "contextWindow", "maxTokens", "price"], "catalogue")

facts = st.builds(lambda known, offered: filled("a", GivenFacts(), known, offered), knowns, st.none() | offers)
# A person's changes name no sources, a sync's do.
changes_by_hand: st.SearchStrategy[Command] = st.one_of(
    st.tuples(st.just("change_capabilities"), st.tuples(st.just("vision"), st.just(["mine"])), st.just({})),
    st.tuples(st.just("change_limits"), st.tuples(strategies.limits), st.just({})),
    st.tuples(st.just("change_price"), st.tuples(st.none() | st.just(a_price("7", "7"))), st.just({})),
    st.tuples(st.just("rename"), st.tuples(st.just("Mine")), st.just({})),
    st.tuples(st.just("disable"), st.tuples(), st.just({})),
)


def offered(**latest: Any) -> ModelFacts:  # noqa: ANN401 - of several types
    return filled("a", GivenFacts(), KnownModel(model_id="a"), OfferedModel(model_id="a", **latest))


def a_registered_model(**changes: Any) -> Model:  # noqa: ANN401 - of several types
    model = a_model(
        **{
            "type": "language",
            "capabilities": ["text"],
            "limits": Limits(context_window=1, max_tokens=2),
            "price": a_price("0.1", "0.2", "genai-prices"),
            "sources": OURS,
            **changes,
        }
    )
    model.drain()
    return model


def by_hand(model: Model) -> dict[str, Any]:
    """Return the values that a person gave."""
    values = {
        "name": model.name,
        "version": model.version_label,
        "type": model.type,
        "capabilities": list(model.capabilities),
        "contextWindow": model.limits.context_window,
        "maxTokens": model.limits.max_tokens,
        "price": model.price,
    }
    return {field: value for field, value in values.items() if model.sources.get(field) == MANUAL}


@given(
    strategies.models,
    st.lists(st.one_of(changes_by_hand, facts), max_size=8),
    st.booleans(),
)
def test_a_persons_values_stay_whatever_happens_in_whatever_order(
    model: Model, story: Sequence[Command | ModelFacts], take_suspicious: bool
) -> None:
    for step in story:
        kept = by_hand(model)
        if isinstance(step, ModelFacts):
            synchronise(model, step, DAY, take_suspicious=take_suspicious)
            assert by_hand(model) == kept
        else:
            apply_command(model, step)


@given(strategies.models, facts)
def test_once_taken_over_there_is_nothing_left_to_take(model: Model, latest: ModelFacts) -> None:
    try:
        held_back = synchronise(model, latest, DAY, take_suspicious=True)
    except DomainError:
        return
    assert not held_back
    assert [each for each in differences(registered_from(model), latest, DAY) if not each.kept_by_hand] == []
    model.drain()
    synchronise(model, latest, DAY, take_suspicious=True)
    assert topics(model) == []


@given(strategies.models, facts)
def test_without_a_difference_nothing_happens(model: Model, latest: ModelFacts) -> None:
    model.drain()
    before = deepcopy(model)
    expected = [each for each in differences(registered_from(model), latest, DAY) if not each.kept_by_hand]
    synchronise(model, latest, DAY, take_suspicious=True)
    assert bool(topics(model)) == bool(expected)
    assert (before.name, before.version_label, before.config) == (model.name, model.version_label, model.config)
    assert before.is_enabled == model.is_enabled


def test_each_value_that_is_taken_over_names_its_source() -> None:
    model = a_registered_model()
    known = KnownModel(model_id="a", max_tokens=9)
    latest = filled("a", GivenFacts(), known, OfferedModel(model_id="a", context_window=8, type="multimodal"))
    synchronise(model, latest, DAY, take_suspicious=True)
    assert happened(model) == [
        (
            "model.capabilities-changed",
            {"type": "multimodal", "capabilities": ["text"], "sources": {"type": "live"}},
        ),
        (
            "model.limits-changed",
            {
                "context_window": 8,
                "max_tokens": 9,
                "sources": {"contextWindow": "live", "maxTokens": "catalogue"},
            },
        ),
    ]


def test_beside_a_persons_value_the_others_are_taken_over() -> None:
    model = a_registered_model(sources=OURS | {"type": "manual", "maxTokens": "manual"})
    latest = offered(type="vision", capabilities=("text", "vision"), context_window=8, max_tokens=9)
    synchronise(model, latest, DAY, take_suspicious=True)
    assert (model.type, model.capabilities) == ("language", ["text", "vision"])
    assert model.limits == Limits(context_window=8, max_tokens=2)


def test_a_persons_null_is_a_value_too() -> None:
    model = a_registered_model()
    model.change_price(None)
    model.change_limits(Limits(context_window=None, max_tokens=2))
    model.drain()
    latest = offered(input_per_1k=Decimal("0.5"), context_window=8)
    synchronise(model, latest, DAY, take_suspicious=True)
    assert topics(model) == []


def test_what_the_provider_does_not_say_any_more_stays() -> None:
    model = a_registered_model(lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2027-01-14"))
    synchronise(model, offered(), DAY, take_suspicious=True)
    assert topics(model) == []


@pytest.mark.parametrize(
    ("before", "latest", "after"),
    [
        (("deprecated", "2027-01-14"), {"lifecycle": "retired"}, ("retired", "2027-01-14")),
        (("deprecated", "2027-01-14"), {"retires_on": "2027-02-01"}, ("deprecated", "2027-02-01")),
        (("deprecated", "2027-01-14"), {"lifecycle": "active"}, ("active", None)),
        ((None, None), {"lifecycle": "preview"}, ("preview", None)),
        # It is still offered after the announced day of its end.
        (("deprecated", "2026-11-01"), {"lifecycle": "deprecated"}, ("deprecated", None)),
        (
            ("deprecated", "2026-11-01"),
            {"lifecycle": "deprecated", "retires_on": "2027-02-01"},
            ("deprecated", "2027-02-01"),
        ),
        (
            ("deprecated", "2027-02-01"),
            {"lifecycle": "deprecated", "retires_on": "2026-11-23"},
            ("retired", "2026-11-23"),
        ),
    ],
)
def test_the_end_of_a_model_is_announced_moved_and_taken_back(
    before: tuple[str | None, str | None], latest: dict[str, Any], after: tuple[str | None, str | None]
) -> None:
    model = a_registered_model(lifecycle=Lifecycle(lifecycle=before[0], retires_on=before[1]))
    synchronise(model, offered(**latest), DAY, take_suspicious=True)
    assert (model.lifecycle.lifecycle, model.lifecycle.retires_on) == after
    assert topics(model) == ["model.retired-upstream" if after[0] == "retired" else "model.lifecycle-changed"]


@pytest.mark.parametrize("lifecycle", ["active", "deprecated", "retired"])
def test_that_a_day_which_was_asked_has_come_is_nothing_new(lifecycle: str) -> None:
    model = a_registered_model(lifecycle=Lifecycle(lifecycle=lifecycle, retires_on="2026-11-23"))
    latest = offered(lifecycle="retired", retires_on="2026-11-23")
    assert differences(registered_from(model), latest, DAY) == []
    synchronise(model, latest, DAY, take_suspicious=True)
    assert topics(model) == []
    is_new = lifecycle != "retired"
    assert bool(differences(registered_from(model), latest, DAY - timedelta(days=1))) == is_new


def test_a_price_with_a_newer_day_alone_is_the_same_price() -> None:
    model = a_registered_model()
    synchronise(
        model,
        filled(
            "a",
            GivenFacts(),
            KnownModel(
                model_id="a",
                input_per_1k=Decimal("0.10"),
                output_per_1k=Decimal("0.2"),
                price_as_of="2026-11-04",
            ),
        ),
        DAY,
        take_suspicious=True,
    )
    assert topics(model) == []


def test_a_suspicious_price_is_reported_and_taken_only_on_demand() -> None:
    model = a_registered_model()
    latest = offered(input_per_1k=Decimal("1.1"), output_per_1k=Decimal("0.2"), context_window=8)
    [window, price] = differences(registered_from(model), latest, DAY)
    assert (window.field, window.suspicious) == ("context_window", False)
    assert (price.field, price.registered, price.offered) == ("input_per_1k_tokens", Decimal("0.1"), Decimal("1.1"))
    assert (price.suspicious, price.kept_by_hand) == (True, False)
    assert synchronise(model, latest, DAY, take_suspicious=False)
    assert topics(model) == ["model.limits-changed"]
    assert not synchronise(model, latest, DAY, take_suspicious=True)
    assert topics(model) == ["model.price-changed"]


def test_a_suspicious_price_beside_a_persons_own_is_nothing_to_hold_back() -> None:
    model = a_registered_model(sources=OURS | {"price": "manual"})
    latest = offered(input_per_1k=Decimal(99))
    assert not synchronise(model, latest, DAY, take_suspicious=False)
    assert [each.kept_by_hand for each in differences(registered_from(model), latest, DAY)] == [True, True]
