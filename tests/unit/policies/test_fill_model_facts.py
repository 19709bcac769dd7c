"""What is left open about a model is filled from the best source there is, and says from which."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.policies.fill_model_facts import GivenFacts, filled
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import IMPLAUSIBLE, ROUTER, SOLD_OTHERWISE, UNLISTED, OfferedModel
from domain.model.values import MODEL_TYPES, Lifecycle, Limits, Price
from tests.unit.discovery import offer_strategies

ONE, TWO, THREE = Decimal("0.001"), Decimal("0.002"), Decimal("0.003")

givens = st.builds(
    GivenFacts,
    name=st.none() | st.just("Given"),
    version=st.none() | st.just("given"),
    type=st.none() | st.sampled_from(MODEL_TYPES),
    capabilities=st.none() | st.lists(st.just("given")),
    context_window=offer_strategies.tokens,
    max_tokens=offer_strategies.tokens,
    cost_per_1k=offer_strategies.amounts,
    input_per_1k=offer_strategies.amounts,
    output_per_1k=offer_strategies.amounts,
)
knowns = st.builds(
    KnownModel,
    model_id=st.just("a"),
    name=st.none() | st.just("Known"),
    type=st.none() | st.sampled_from(MODEL_TYPES),
    capabilities=offer_strategies.capabilities,
    context_window=offer_strategies.tokens,
    context_window_source=st.sampled_from(["catalogue", "genai-prices"]),
    max_tokens=offer_strategies.tokens,
    lifecycle=st.none() | st.just("retired"),
    retired_on=offer_strategies.dates,
    input_per_1k=offer_strategies.amounts,
    output_per_1k=offer_strategies.amounts,
    price_as_of=st.just("2026-11-04"),
)
offers = offer_strategies.offers(st.just("a"))


def everything(who: str, amount: Decimal) -> dict[str, Any]:
    return {"name": who, "version": who, "type": "language", "max_tokens": 1, "input_per_1k": amount}


GIVEN = GivenFacts(**everything("given", ONE), context_window=1, capabilities=["given"])
LIVE = OfferedModel(
    model_id="a",
    **everything("live", TWO),
    context_window=2,
    capabilities=("live",),
    lifecycle="deprecated",
    retires_on="2027-01-14",
)
KNOWN = KnownModel(
    model_id="a",
    **everything("known", THREE),
    context_window=3,
    capabilities=("known",),
    lifecycle="retired",
    retired_on="2026-10-23",
    price_as_of="2026-11-04",
)
FIELDS = ["name", "version", "type", "capabilities", "contextWindow", "maxTokens"]
ENDS = ["lifecycle", "retiresOn"]


def test_a_person_comes_first_then_the_provider_then_the_catalogue() -> None:
    by_person, by_provider, by_catalogue = (
        filled("a", given_, KNOWN, offered)
        for given_, offered in ((GIVEN, LIVE), (GivenFacts(), LIVE), (GivenFacts(), None))
    )
    assert [facts.name for facts in (by_person, by_provider, by_catalogue)] == ["given", "live", "known"]
    assert [facts.version for facts in (by_person, by_provider, by_catalogue)] == ["given", "live", "known"]
    assert [facts.limits.context_window for facts in (by_person, by_provider, by_catalogue)] == [1, 2, 3]
    assert by_person.sources == dict.fromkeys([*FIELDS, "price"], "manual") | dict.fromkeys(ENDS, "live")
    assert by_provider.sources == dict.fromkeys([*FIELDS, "price", *ENDS], "live")
    assert by_catalogue.sources == dict.fromkeys([*FIELDS, *ENDS], "catalogue") | {"price": "genai-prices"}
    assert (by_person.price, by_provider.price) == (Price(ONE, None, "manual"), Price(TWO, None, "live"))
    assert by_catalogue.price == Price(THREE, None, "genai-prices", "2026-11-04")


def test_a_person_says_nothing_of_the_end_of_a_model() -> None:
    assert filled("a", GIVEN, KNOWN, LIVE).lifecycle == Lifecycle(lifecycle="deprecated", retires_on="2027-01-14")
    assert filled("a", GIVEN, KNOWN).lifecycle == Lifecycle(lifecycle="retired", retires_on="2026-10-23")


def test_what_a_provider_lists_is_joined_by_what_the_catalogue_knows() -> None:
    assert filled("a", GivenFacts(), KNOWN, LIVE).capabilities == ["known", "live"]
    assert filled("a", GIVEN, KNOWN, LIVE).capabilities == ["given"]
    assert filled("a", GivenFacts(capabilities=[]), KNOWN, LIVE).capabilities == []


def test_what_nobody_knows_stays_open() -> None:
    facts = filled("a", GivenFacts(), KnownModel(model_id="a"))
    assert (facts.name, facts.version, facts.type, facts.capabilities) == ("a", None, "unknown", [])
    assert facts.limits == Limits(context_window=None, max_tokens=None)
    assert (facts.price, facts.price_reason, facts.sources) == (None, UNLISTED, {})


def test_a_price_of_nothing_is_a_price() -> None:
    free = filled("a", GivenFacts(), KNOWN, OfferedModel(model_id="a", input_per_1k=Decimal(0)))
    assert (free.price, free.price_reason) == (Price(Decimal(0), None, "live"), None)


def test_one_cost_counts_for_reading_and_writing_and_parts_come_before_it() -> None:
    assert filled("a", GivenFacts(cost_per_1k=ONE), KNOWN).price == Price(ONE, ONE, "manual")
    assert filled("a", GivenFacts(cost_per_1k=ONE, output_per_1k=TWO), KNOWN).price == Price(None, TWO, "manual")


def test_a_price_is_of_one_source_as_a_whole() -> None:
    known = KnownModel(model_id="a", input_per_1k=ONE, output_per_1k=TWO)
    live = OfferedModel(model_id="a", input_per_1k=THREE)
    assert filled("a", GivenFacts(), known, live).price == Price(THREE, None, "live")


@pytest.mark.parametrize(
    ("live", "known", "expected"),
    [
        (None, None, UNLISTED),
        (ROUTER, SOLD_OTHERWISE, ROUTER),
        (None, SOLD_OTHERWISE, SOLD_OTHERWISE),
        (None, IMPLAUSIBLE, IMPLAUSIBLE),
    ],
)
def test_a_price_that_is_not_known_has_a_reason(live: Any, known: Any, expected: str) -> None:  # noqa: ANN401
    facts = filled(
        "a",
        GivenFacts(),
        KnownModel(model_id="a", price_reason=known),
        OfferedModel(model_id="a", price_reason=live),
    )
    assert (facts.price, facts.price_reason) == (None, expected)


def test_a_context_window_out_of_the_price_list_says_so() -> None:
    known = KnownModel(model_id="a", context_window=8, context_window_source="genai-prices")
    assert filled("a", GivenFacts(), known).sources == {"contextWindow": "genai-prices"}


@given(givens, knowns, st.none() | offers)
def test_every_filled_field_has_a_source_and_no_other(
    given_: GivenFacts, known: KnownModel, offered: OfferedModel | None
) -> None:
    facts = filled("a", given_, known, offered)
    is_known = {
        "name": (given_.name, offered and offered.name, known.name) != (None, None, None),
        "version": facts.version is not None,
        "type": (given_.type, offered and offered.type, known.type) != (None, None, None),
        "capabilities": (given_.capabilities, offered and offered.capabilities, known.capabilities)
        != (None, None, None),
        "contextWindow": facts.limits.context_window is not None,
        "maxTokens": facts.limits.max_tokens is not None,
        "price": facts.price is not None,
        "lifecycle": facts.lifecycle.lifecycle is not None,
        "retiresOn": facts.lifecycle.retires_on is not None,
    }
    assert facts.sources.keys() == {field for field, entry in is_known.items() if entry}
    assert (facts.price is None) == (facts.price_reason is not None)
    # As the registered model has them, so that both lists read alike.
    assert facts.capabilities == sorted(facts.capabilities)


@given(knowns, st.none() | offers)
def test_an_unknown_price_is_never_nothing(known: KnownModel, offered: OfferedModel | None) -> None:
    facts = filled("a", GivenFacts(), known, offered)
    reported = [known.input_per_1k, known.output_per_1k]
    reported += [] if offered is None else [offered.input_per_1k, offered.output_per_1k]
    parts = [] if facts.price is None else [facts.price.input_per_1k, facts.price.output_per_1k]
    assert all(part is None or part in reported for part in parts)
    assert bool(parts) == any(amount is not None for amount in reported)
