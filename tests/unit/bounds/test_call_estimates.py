from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from application.bounds.call_estimates import call_estimate
from application.prompts.selection_candidates import Candidate, ModelById
from domain.model.values import Price, PriceTier
from tests.fakes.client import FakeClient, a_conversation
from tests.prompt_setup import a_candidate, a_prompt

TEN_AND_TWENTY = Price(Decimal(10), Decimal(20), "manual")


def estimate(body: dict[str, Any], *candidates: Candidate, instead: Price | None = None) -> Any:  # noqa: ANN401
    prompt = a_prompt(ModelById(candidates[0].id))
    client = FakeClient(asked=a_conversation(), body=body)
    asked = type(prompt)(selector=prompt.selector, client=client)
    return call_estimate(asked, candidates, instead)


def test_it_is_what_is_read_and_the_most_that_may_be_written() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY)
    found = estimate({"max_tokens": 500, "messages": [{"content": "x " * 1_499}]}, candidate)
    assert found.most == Decimal("1.000") * 10 + Decimal("0.5") * 20


def test_an_answer_of_unknown_length_is_taken_to_be_a_usual_one() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY, max_tokens=100_000)
    assert estimate({}, candidate).most == Decimal("4.096") * 20
    assert estimate({}, a_candidate(price=TEN_AND_TWENTY, max_tokens=1_000)).most == 20
    assert estimate({"max_tokens": 100, "n": 3}, candidate).most == Decimal("0.3") * 20


def test_the_dearest_price_of_each_kind_counts() -> None:
    tier = PriceTier(above_input_tokens=200_000, input_per_1k=Decimal(15), output_per_1k=Decimal(60))
    price = Price(Decimal(10), Decimal(20), "manual", reasoning_per_1k=Decimal(30), tiers=(tier,))
    assert estimate({"max_tokens": 1_000}, a_candidate(price=price)).most == 60


def test_data_is_not_read_letter_by_letter() -> None:
    candidate = a_candidate(price=Price(Decimal(1), None, "manual"))
    assert estimate({"image": "A" * 5_000_000}, candidate).most == 2


def test_a_model_without_a_price_counts_at_another_or_not_at_all() -> None:
    unpriced = a_candidate(price=None)
    assert estimate({"max_tokens": 1_000}, unpriced, instead=TEN_AND_TWENTY).most == 20
    assert estimate({}, unpriced).most is None


@pytest.mark.parametrize("body", [{"max_tokens": "many"}, {"max_tokens": None, "n": "two"}, {"n": None}])
def test_what_makes_no_sense_is_left_to_others(body: dict[str, Any]) -> None:
    assert estimate(body, a_candidate(price=TEN_AND_TWENTY)).most > 0
