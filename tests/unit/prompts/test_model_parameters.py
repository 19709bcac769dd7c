from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.prompts.model_parameters import Parameters, read_defaults


def test_a_config_is_read_as_the_table_says() -> None:
    defaults = read_defaults(
        {
            "temperature": 0.2,
            "topP": 1,
            "maxTokens": 100,
            "stop": ["END", "."],
            "systemPrompt": "Be brief.",
            "preference": 2,
            "reasoningEffort": "low",
            "drop": ["seed", "generationConfig.topK"],
            "baseModel": "gpt-4o",
            "idleSeconds": 5,
            "deadlineSeconds": 90.5,
            "team": "research",
        }
    )
    assert defaults.parameters == Parameters(temperature=0.2, top_p=1.0, max_tokens=100, stop=("END", "."))
    assert (defaults.system_prompt, defaults.preference, defaults.problem) == ("Be brief.", 2.0, None)
    assert (defaults.reasoning_effort, defaults.base_model) == ("low", "gpt-4o")
    assert defaults.drop == {"seed", "generationConfig.topK"}
    assert (defaults.idle_seconds, defaults.deadline_seconds) == (5.0, 90.5)
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
        ({"deadlineSeconds": 601}, "deadlineSeconds is not a number above 0 and up to 600"),
        ({"deadlineSeconds": "60"}, "deadlineSeconds is not a number above 0 and up to 600"),
        ({"preference": "first"}, "preference is not a number"),
        (
            {"reasoningEffort": "much"},
            "reasoningEffort is not one of none, minimal, low, medium, high, xhigh, max",
        ),
        ({"reasoningEffort": 3}, "reasoningEffort is not one of none, minimal, low, medium, high, xhigh, max"),
        ({"drop": "seed"}, "drop is not a list of up to 32 names of fields"),
        ({"drop": [""]}, "drop is not a list of up to 32 names of fields"),
        ({"drop": ["x"] * 33}, "drop is not a list of up to 32 names of fields"),
        ({"baseModel": 4}, "baseModel is not a text"),
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
