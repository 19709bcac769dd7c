import pytest
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
)

from adapters.catalogue.price_matching import named_in_full, names

FLASH = ClauseContains("gemini-1.5-flash")
OPUS = ClauseStartsWith("claude-3-opus")
PRO = ClauseAnd([ClauseStartsWith("gemini-2.5-pro"), ClauseRegex(r"^(?!.*-tts)")])


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (FLASH, {"gemini-1.5-flash"}),
        (ClauseOr([ClauseEquals("A"), OPUS, ClauseEndsWith("z")]), {"a", "claude-3-opus", "z"}),
        (ClauseAnd([OPUS, FLASH]), {"claude-3-opus", "gemini-1.5-flash"}),
        (PRO, None),
        (ClauseOr([OPUS, ClauseRegex("b")]), None),
        (ClauseStartsWith("ft:gpt-4o-2024-"), None),
    ],
)
def test_a_clause_without_patterns_is_found_by_its_names(clause: MatchLogic, expected: set[str] | None) -> None:
    assert named_in_full(clause) == expected


@pytest.mark.parametrize(
    ("clause", "model_id", "expected"),
    [
        (FLASH, "gemini-1.5-flash", True),
        (FLASH, "gemini-1.5-flash-002", True),
        (FLASH, "gemini-1.5-flash-latest", True),
        (FLASH, "gemini-1.5-flash-8b", False),
        (FLASH, "x-gemini-1.5-flash", False),
        (OPUS, "claude-3-opus-20240229", True),
        (OPUS, "claude-3-opus@20240229", True),
        (OPUS, "claude-3-opus", True),
        (OPUS, "claude-3-opus-mini", False),
        (PRO, "gemini-2.5-pro", True),
        (PRO, "gemini-2.5-pro-tts", False),
        (PRO, "gemini-2.5-pro-ultra", False),
        (ClauseAnd([ClauseEquals("gpt-4o"), ClauseRegex("^claude")]), "gpt-4o", False),
        (ClauseEndsWith("gemini-2.0-flash"), "gemini-2.0-flash", True),
        (ClauseEndsWith("gemini-2.0-flash"), "my-gemini-2.0-flash", False),
        (ClauseEquals("gpt-4o"), "gpt-4o", True),
        (ClauseEquals("gpt-4o"), "gpt-4o-2099-01-01", False),
        (ClauseRegex(r"^gpt-6-sol-\d{4}-\d{2}-\d{2}$"), "gpt-6-sol-2026-09-22", True),
        (ClauseRegex(r"^gemini-3\.5-flash-\d"), "gemini-3.5-flash-8b", False),
        (ClauseOr([ClauseEquals("a"), OPUS]), "claude-3-opus", True),
        (ClauseOr([ClauseEquals("a"), OPUS]), "b", False),
        (ClauseStartsWith("ft:gpt-4o-2024-"), "ft:gpt-4o-2024-08-06:acme::x", True),
        (ClauseStartsWith("ft:gpt-4o-2024-"), "gpt-4o-2024-08-06", False),
    ],
)
def test_a_clause_names_a_model_only_in_full(clause: MatchLogic, model_id: str, expected: bool) -> None:
    assert names(clause, model_id) is expected
