from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.prompts.call_costs import Cost, cost_of
from application.prompts.completion import Completion, TokenUsage
from domain.model.values import HIGHEST_COST, MOST_DECIMALS, Price
from tests.builders import a_price
from tests.fakes.generation import completed

prices = st.decimals(0, HIGHEST_COST, places=MOST_DECIMALS, allow_nan=False, allow_infinity=False)
tokens = st.integers(0, 10**12)


def used(input_tokens: int | None, output_tokens: int | None) -> Completion:
    return completed(usage=TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens))


def test_tokens_read_and_written_have_their_own_price() -> None:
    assert cost_of(a_price("0.0025", "0.01"), used(1000, 500)) == Cost(Decimal("0.0075"))


def test_a_single_token_costs_a_thousandth_exactly() -> None:
    assert cost_of(a_price("0.00015", "0.0006"), used(1, 1)).usd == Decimal("0.00000075")


def test_what_is_free_costs_nothing() -> None:
    assert cost_of(a_price("0", "0"), used(7, 7)) == Cost(Decimal(0))


@pytest.mark.parametrize(
    ("price", "completion", "reason"),
    [
        (None, used(1, 1), "price-unknown"),
        (a_price(None, "0.01"), used(1, 1), "price-unknown"),
        (a_price("0.01", None), used(1, 1), "price-unknown"),
        (a_price(), used(None, 1), "usage-unknown"),
        (a_price(), used(1, None), "usage-unknown"),
        (None, used(None, None), "usage-unknown"),
    ],
)
def test_a_cost_that_is_not_known_is_none_and_says_why(
    price: Price | None, completion: Completion, reason: str
) -> None:
    assert cost_of(price, completion) == Cost(None, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("price", [None, a_price("0.0025", "0.01")])
@pytest.mark.parametrize("usage", [TokenUsage(), TokenUsage(input_tokens=1000, output_tokens=500)])
def test_what_the_answer_itself_says_that_it_cost_counts(price: Price | None, usage: TokenUsage) -> None:
    said = completed(usage=usage, cost_usd=Decimal("0.0123"))
    assert cost_of(price, said) == Cost(Decimal("0.0123"))


def test_a_part_of_the_price_is_enough_where_the_other_is_not_used() -> None:
    assert cost_of(a_price("0.01", None), used(100, 0)) == Cost(Decimal("0.001"))


@given(read=prices, written=prices, input_tokens=tokens, output_tokens=tokens)
def test_nothing_is_rounded(read: Decimal, written: Decimal, input_tokens: int, output_tokens: int) -> None:
    cost = cost_of(Price(read, written, "manual"), used(input_tokens, output_tokens)).usd
    assert cost is not None
    numerator, denominator = cost.as_integer_ratio()
    reading, reading_by = read.as_integer_ratio()
    writing, writing_by = written.as_integer_ratio()
    exact = reading * input_tokens * writing_by + writing * output_tokens * reading_by
    assert numerator * reading_by * writing_by * 1000 == exact * denominator
