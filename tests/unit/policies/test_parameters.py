from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.policies.parameters import Parameters, merged, read_defaults


def test_a_config_is_read_as_the_table_says() -> None:
    defaults = read_defaults(
        {
            "temperature": 0.2,
            "topP": 1,
            "maxTokens": 100,
            "stop": ["END", "."],
            "systemPrompt": "Be brief.",
            "preference": 2,
            "team": "research",
        }
    )
    assert defaults.parameters == Parameters(temperature=0.2, top_p=1.0, max_tokens=100, stop=("END", "."))
    assert (defaults.system_prompt, defaults.preference, defaults.problem) == ("Be brief.", 2.0, None)
    assert "Be brief." not in repr(defaults)


def test_the_spelling_of_other_apis_is_understood_and_ours_comes_first() -> None:
    defaults = read_defaults({"max_tokens": 7, "top_p": 0.5, "system_prompt": "S", "topP": 0.25})
    assert defaults.parameters == Parameters(max_tokens=7, top_p=0.25)
    assert defaults.system_prompt == "S"


def test_one_stop_may_be_a_text() -> None:
    assert read_defaults({"stop": "END"}).parameters.stop == ("END",)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"temperature": "hot"}, "temperature is not a number from 0 to 2"),
        ({"temperature": 2.1}, "temperature is not a number from 0 to 2"),
        ({"temperature": True}, "temperature is not a number from 0 to 2"),
        ({"topP": -0.1}, "topP is not a number from 0 to 1"),
        ({"top_p": 2}, "topP is not a number from 0 to 1"),
        ({"maxTokens": 0}, "maxTokens is not a whole number from 1"),
        ({"maxTokens": 1.5}, "maxTokens is not a whole number from 1"),
        ({"maxTokens": True}, "maxTokens is not a whole number from 1"),
        ({"stop": [""]}, "stop is not a text, or up to 16 of them, none of them empty"),
        ({"stop": ["x"] * 17}, "stop is not a text, or up to 16 of them, none of them empty"),
        ({"stop": {"x": 1}}, "stop is not a text, or up to 16 of them, none of them empty"),
        ({"systemPrompt": 3}, "systemPrompt is not a text"),
        ({"idleSeconds": 0}, "idleSeconds is not a number above 0 and up to 600"),
        ({"idleSeconds": 601}, "idleSeconds is not a number above 0 and up to 600"),
        ({"idleSeconds": True}, "idleSeconds is not a number above 0 and up to 600"),
        ({"preference": "first"}, "preference is not a number"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_of_the_config_counts(config: dict[str, Any], problem: str) -> None:
    defaults = read_defaults({"temperature": 1.0, "maxTokens": 5} | config)
    assert defaults.problem == problem
    assert defaults.parameters == Parameters()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(["temperature", "topP", "max_tokens", "maxTokens", "stop", "systemPrompt", "preference", "x"])


@given(st.dictionaries(names, json_values))
def test_no_config_makes_reading_fail_and_none_gives_what_no_provider_takes(config: dict[str, Any]) -> None:
    parameters = read_defaults(config).parameters
    assert parameters.temperature is None or 0 <= parameters.temperature <= 2
    assert parameters.top_p is None or 0 <= parameters.top_p <= 1
    assert parameters.max_tokens is None or parameters.max_tokens >= 1


def test_the_request_comes_first_then_the_config() -> None:
    asked = Parameters(temperature=0.0, stop=())
    assert merged(asked, Parameters(temperature=1.0, top_p=0.5, stop=("x",)), None) == Parameters(
        temperature=0.0, top_p=0.5, stop=()
    )


@pytest.mark.parametrize(
    ("asked", "default", "limit", "counts"),
    [
        (100, None, None, 100),
        (100, None, 50, 50),
        (100, 20, 50, 50),
        (None, 80, 50, 50),
        (None, 20, 50, 20),
        (None, None, 50, None),
        (100, None, 0, 100),
    ],
)
def test_max_tokens_never_exceed_the_limit_of_the_model(
    asked: int | None, default: int | None, limit: int | None, counts: int | None
) -> None:
    result = merged(Parameters(max_tokens=asked), Parameters(max_tokens=default), limit)
    assert result.max_tokens == counts
