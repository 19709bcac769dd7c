"""Values read out of other people's JSON."""

from collections.abc import Callable
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.providers import json_values, price_units
from adapters.providers.extra_fields import MOST_BYTES, extras_of
from adapters.providers.modalities import capabilities_of, type_of
from domain.model.values import HIGHEST_COST, MODEL_TYPES


@pytest.mark.parametrize(
    ("read", "value", "price"),
    [
        (price_units.per_token, "0.000005", "0.005"),
        (price_units.per_token, "0.00000015", "0.00015"),
        (price_units.per_token, 5e-07, "0.0005"),
        (price_units.per_token, "1e-6", "0.001"),
        (price_units.per_token, "0", "0"),
        (price_units.per_token, "1", "1000"),
        (price_units.per_token, "0.0000000833333333333333", "0.0000833333333333333"),
        (price_units.per_million_tokens, 0.88, "0.00088"),
        (price_units.per_million_tokens, 15, "0.015"),
        (price_units.cents_per_hundred_million_tokens, 30_000, "0.003"),
        (price_units.cents_per_hundred_million_tokens, 1, "0.0000001"),
    ],
)
def test_every_unit_becomes_exact_dollars_for_a_thousand_tokens(
    read: Callable[[object], Decimal | None], value: object, price: str
) -> None:
    assert read(value) == Decimal(price)


@pytest.mark.parametrize(
    "value", ["-1", -1, "", "free", None, True, [], {}, "1.5.2", "0x10", "1" * 70, "NaN", "Infinity", float("inf")]
)
def test_what_is_no_price_is_unknown_and_never_nought(value: object) -> None:
    assert price_units.per_token(value) is None
    assert price_units.per_million_tokens(value) is None
    assert price_units.cents_per_hundred_million_tokens(value) is None


def test_a_price_in_the_wrong_unit_is_noticed_by_its_size() -> None:
    assert price_units.per_token("1") == HIGHEST_COST
    assert price_units.per_token("1.1") is None


def test_nought_is_a_price_only_where_the_provider_means_it() -> None:
    assert price_units.per_token("0") == 0
    assert price_units.per_million_tokens(0) is None
    assert price_units.cents_per_hundred_million_tokens(0) is None


@given(st.decimals(min_value=0, max_value=1, places=12))
def test_no_digit_of_a_price_gets_lost(amount: Decimal) -> None:
    assert price_units.per_token(format(amount, "f")) == amount * 1000


@pytest.mark.parametrize(
    ("reads", "writes", "model_type"),
    [
        (["text"], ["text"], "language"),
        (["text", "file"], ["text"], "language"),
        (["text", "image"], ["text"], "multimodal"),
        (["text", "audio"], ["text"], "multimodal"),
        (["image"], ["text"], "vision"),
        (["audio"], ["text"], "audio"),
        (["text"], ["image", "text"], "image"),
        (["text"], ["audio"], "audio"),
        (["text", "image"], ["video"], "video"),
        (["text"], ["embeddings"], "embedding"),
        (["text"], ["rerank"], "rerank"),
        (["text"], ["smell"], None),
        (["smell"], ["text"], None),
        (None, ["text"], None),
        (["text"], [], None),
    ],
)
def test_the_media_determine_the_type(reads: list[str] | None, writes: list[str], model_type: str | None) -> None:
    assert type_of(reads, writes) == model_type
    assert model_type is None or model_type in MODEL_TYPES


def test_the_media_determine_capabilities() -> None:
    assert capabilities_of(["text", "image", "file"], ["text", "audio"]) == {"vision", "pdf_input", "audio_output"}
    assert capabilities_of(None, None) == set()


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (1_754_425_777, "2025-08-05"),
        ("2026-12-11", "2026-12-11"),
        ("2026-07-24T23:30:00-05:00", "2026-07-25"),
        ("1970-01-01T00:00:00Z", None),
        (0, None),
        (-5, None),
        (True, None),
        (1e30, None),
        ("tomorrow", None),
        ("9999-12-31T23:59:59-12:00", None),
        (None, None),
        ([], None),
    ],
)
def test_a_moment_becomes_a_day(value: object, day: str | None) -> None:
    assert json_values.day(value) == day


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2027-06-30", "2027-06-30"),
        ("2027-06-30T00:00:00Z", "2027-06-30"),
        ("2027-06-30T17:00:00Z", "2027-06-30"),
        ("2027-06-30T23:59:00Z", "2027-07-01"),
        ("2027-12-31T23:59:59Z", "2028-01-01"),
        ("2027-06-30T23:59:59-05:00", "2027-07-01"),
        (1_814_399_999, "2027-07-01"),
        (0, None),
        ("1970-01-01T00:00:00Z", None),
        ("1970-01-01T23:59:59Z", None),
        (86_399, None),
        # No day follows that one.
        ("9999-12-31T23:59:59Z", None),
        ("soon", None),
    ],
)
def test_what_ends_with_a_day_is_there_on_that_day(end: object, day: str | None) -> None:
    assert json_values.retirement_day(end) == day


@pytest.mark.parametrize(
    ("model_id", "date"),
    [
        ("gpt-4o-2024-08-06", "2024-08-06"),
        ("claude-haiku-4-5-20251001", "20251001"),
        ("gpt-4-0613", None),
        ("model-20259999", None),
        ("20251001", None),
    ],
)
def test_a_snapshot_is_known_by_the_date_it_ends_in(model_id: str, date: str | None) -> None:
    assert json_values.dated_id(model_id) == date


def test_only_what_can_be_shown_is_a_text() -> None:
    assert json_values.text("  Opus ") == "Opus"
    for value in ("", "  ", "a\0b", "a\nb", "x" * 201, 7, None, ["a"]):
        assert json_values.text(value) is None


def test_only_a_sensible_number_is_one_of_tokens() -> None:
    assert json_values.tokens(128_000) == 128_000
    for value in (0, -1, True, 1.5, "128000", 10**12, None):
        assert json_values.tokens(value) is None


def test_extras_keep_what_is_not_understood_within_bounds() -> None:
    entry = {
        "id": "m",
        "owned_by": "me",
        "nothing": None,
        "empty": [],
        "no": False,
        "nought": 0,
        "long": "x" * 1_000,
        "nul": "a\0b",
        "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}},
        "many": list(range(100)),
        "bad\nname": 1,
    }
    extras = extras_of(entry, {"id"})
    assert extras["owned_by"] == "me"
    assert (extras["no"], extras["nought"], extras["nul"]) == (False, 0, "ab")
    assert len(extras["long"]) == 300
    assert extras["deep"] == {"a": {"b": {"c": {"d": {}}}}}
    assert len(extras["many"]) == 40
    assert extras.keys().isdisjoint({"id", "nothing", "empty", "bad\nname"})


def test_what_does_not_fit_into_the_extras_is_left_out() -> None:
    extras = extras_of({f"field{number}": "x" * 290 for number in range(50)} | {"last": 1}, ())
    assert len(orjson.dumps(extras)) <= MOST_BYTES + 2
    assert extras["last"] == 1
    assert 5 < len(extras) < 10
