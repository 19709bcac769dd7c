"""How much Claude is asked to think, and whose thoughts it is handed back."""

from typing import Any

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import Reasoning, ReasoningOptions, Sampling, ToolChoice
from tests.fakes.client import a_turn
from tests.unit.providers.prompted_providers import ORIGIN
from tests.unit.providers.wire_protocols import MESSAGES, WEATHER, a_call, a_result, write

THOUGHT = Reasoning(text="Two towns.", signature="c2ln", origin=ORIGIN)
FOREIGN = Reasoning(text="Two towns.", signature="c2ln", origin="other:model")


def _asked(model_id: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of the options
    body = write(MESSAGES, model_id=model_id, reasoning=ReasoningOptions(**options)).body
    return {name: body[name] for name in ("thinking", "output_config") if name in body}


@pytest.mark.parametrize(
    ("model_id", "effort", "expected"),
    [
        ("claude-sonnet-4-5", "low", {"thinking": {"type": "enabled", "budget_tokens": 2_048}}),
        ("claude-sonnet-4-5", "high", {"thinking": {"type": "enabled", "budget_tokens": 16_384}}),
        ("claude-sonnet-4-5", "max", {"thinking": {"type": "enabled", "budget_tokens": 32_000}}),
        (
            "claude-opus-4-5",
            "xhigh",
            {"output_config": {"effort": "high"}, "thinking": {"type": "enabled", "budget_tokens": 32_000}},
        ),
        ("claude-opus-4-6", "max", {"output_config": {"effort": "max"}, "thinking": {"type": "adaptive"}}),
        ("claude-sonnet-4-6", "xhigh", {"output_config": {"effort": "high"}, "thinking": {"type": "adaptive"}}),
        ("claude-opus-4-7", "xhigh", {"output_config": {"effort": "xhigh"}, "thinking": {"type": "adaptive"}}),
        ("claude-haiku-5-5", "minimal", {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}}),
        ("claude-sonnet-4-5", "none", {}),
        ("claude-sonnet-5", "none", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", "none", {"thinking": {"type": "between_tools"}}),
        ("claude-fable-5-1", "none", {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}}),
        ("claude-3-5-haiku-20241022", "high", {}),
    ],
)
def test_efforts(model_id: str, effort: Any, expected: dict[str, Any]) -> None:  # noqa: ANN401
    assert _asked(model_id, effort=effort) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"budget_tokens": 5_000}, {"thinking": {"type": "enabled", "budget_tokens": 5_000}}),
        ({"budget_tokens": 10}, {"thinking": {"type": "enabled", "budget_tokens": 1_024}}),
        ({"budget_tokens": 0}, {}),
    ],
)
def test_budgets(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert _asked("claude-sonnet-4-5", **options) == expected


def test_a_budget_is_an_effort_where_the_model_itself_measures() -> None:
    reported = _asked("claude-opus-4-7", budget_tokens=10_000, summary="auto")
    assert reported == {
        "output_config": {"effort": "medium"},
        "thinking": {"type": "adaptive", "display": "summarized"},
    }
    assert _asked("claude-opus-4-7", budget_tokens=-1, summary="hidden")["thinking"]["display"] == "omitted"


def test_thinking_leaves_room_for_the_answer_or_is_left_out() -> None:
    options: dict[str, Any] = {"reasoning": ReasoningOptions(effort="high"), "model_id": "claude-sonnet-4-5"}
    room = write(MESSAGES, sampling=Sampling(max_tokens=4_000), **options)
    assert room.body["thinking"]["budget_tokens"] == 2_000
    small = write(MESSAGES, sampling=Sampling(max_tokens=500), **options)
    assert ("thinking" in small.body, small.ignored) == (False, ("reasoning_effort",))


def test_a_model_that_always_thinks_does_so_and_it_is_said() -> None:
    wire = write(MESSAGES, model_id="claude-opus-5-5", reasoning=ReasoningOptions(effort="none"))
    assert wire.body["output_config"] == {"effort": "low"}
    assert wire.ignored == ("reasoning_effort",)


def test_the_models_own_effort_gives_way() -> None:
    own: dict[str, Any] = {"reasoning_effort": "low"}
    assert write(MESSAGES, model_id="claude-opus-4-7", defaults=own).body["output_config"] == {"effort": "low"}
    asked = write(MESSAGES, model_id="claude-opus-4-7", defaults=own, reasoning=ReasoningOptions(effort="high"))
    assert asked.body["output_config"] == {"effort": "high"}


def test_a_forced_tool_and_thinking_with_a_budget_exclude_each_other() -> None:
    forced: dict[str, Any] = {
        "tools": (WEATHER,),
        "tool_choice": ToolChoice(mode="required"),
        "model_id": "claude-sonnet-4-5",
    }
    with pytest.raises(InvalidInput, match="tool_choice"):
        write(MESSAGES, reasoning=ReasoningOptions(effort="low"), **forced)
    own = write(MESSAGES, defaults={"reasoning_effort": "low"}, **forced)
    assert ("thinking" in own.body, own.ignored) == (False, ())
    measured = write(MESSAGES, reasoning=ReasoningOptions(effort="low"), **forced | {"model_id": "claude-opus-4-7"})
    assert measured.body["thinking"] == {"type": "adaptive"}


def test_sampling_is_left_out_while_it_thinks() -> None:
    wire = write(
        MESSAGES,
        model_id="claude-sonnet-4-5",
        reasoning=ReasoningOptions(effort="low"),
        sampling=Sampling(temperature=0.3, top_k=2),
    )
    assert not wire.body.keys() & {"temperature", "top_k"}
    assert wire.ignored == ("temperature", "top_k")


def _with(*thoughts: Reasoning, model_id: str = "claude-sonnet-4-5") -> Any:  # noqa: ANN401
    turns = ("Ask", a_turn("assistant", "Look:", *thoughts, a_call()), a_turn("user", a_result()))
    return write(MESSAGES, *turns, model_id=model_id, reasoning=ReasoningOptions(effort="low"), tools=(WEATHER,))


def test_its_own_thoughts_are_handed_back_first_and_unchanged() -> None:
    hidden = Reasoning(redacted="aGlkZGVu", origin=ORIGIN)
    silent = Reasoning(signature="c2lsZW50", origin=ORIGIN)
    wire = _with(THOUGHT, hidden, silent)
    assert wire.body["messages"][1]["content"][:3] == [
        {"type": "thinking", "thinking": "Two towns.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        # Trap 20: a signed thought whose words are kept secret.
        {"type": "thinking", "thinking": "", "signature": "c2lsZW50"},
    ]
    assert wire.body["thinking"]["type"] == "enabled"


def test_thoughts_that_lead_keep_their_places_among_the_words() -> None:
    turn = a_turn("assistant", THOUGHT, "Look:", THOUGHT, a_call())
    body = write(MESSAGES, "Ask", turn, a_turn("user", a_result()), model_id="claude-opus-4-7").body
    assert [block["type"] for block in body["messages"][1]["content"]] == ["thinking", "text", "thinking", "tool_use"]


@pytest.mark.parametrize("thought", [FOREIGN, Reasoning(text="Two towns."), Reasoning(encrypted="e", origin=ORIGIN)])
def test_thoughts_of_others_are_dropped_and_thinking_with_a_budget_with_them(thought: Reasoning) -> None:
    wire = _with(thought)
    assert [block["type"] for block in wire.body["messages"][1]["content"]] == ["text", "tool_use"]
    assert ("thinking" in wire.body, wire.ignored) == (False, ("reasoning_effort",))
    # A model that itself measures is not held to it.
    assert _with(thought, model_id="claude-opus-4-7").body["thinking"] == {"type": "adaptive"}


def test_thinking_continues_where_the_tools_were_called_before_the_users_last_words() -> None:
    turns = (
        "Ask",
        a_turn("assistant", a_call()),
        a_turn("user", a_result()),
        a_turn("assistant", "Cold."),
        "And Bergen?",
    )
    wire = write(MESSAGES, *turns, model_id="claude-sonnet-4-5", reasoning=ReasoningOptions(effort="low"))
    assert wire.body["thinking"]["type"] == "enabled"
