"""Calls of tools and their results stand where every protocol wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.providers.prompting.tool_result_order import order_tool_results
from application.errors import InvalidInput
from application.prompts.conversation import Text, ToolCall, ToolResult, Turn
from tests.fakes.client import a_turn
from tests.unit.providers.wire_protocols import a_call, a_result

CALLS = a_turn("assistant", a_call("one"), a_call("two"))


def _shape(turns: list[Turn]) -> list[tuple[str, list[str]]]:
    def name(part: object) -> str:
        match part:
            case ToolCall():
                return f"call {part.id}"
            case ToolResult():
                return f"{'error' if part.is_error else 'result'} {part.call_id}"
            case Text():
                return part.text
        return type(part).__name__

    return [(turn.role, [name(part) for part in turn.parts]) for turn in turns]


def test_results_come_in_the_order_of_the_calls_and_before_words() -> None:
    turns = [a_turn("user", "Ask"), CALLS, a_turn("user", "And?", a_result("two"), a_result("one"))]
    assert _shape(order_tool_results(turns)) == [
        ("user", ["Ask"]),
        ("assistant", ["call one", "call two"]),
        ("user", ["result one", "result two"]),
        ("user", ["And?"]),
    ]


def test_results_that_are_spread_over_turns_are_brought_together() -> None:
    turns = [CALLS, a_turn("user", a_result("one")), a_turn("system", "Be short"), a_turn("user", a_result("two"))]
    assert _shape(order_tool_results(turns))[1:] == [("user", ["result one", "result two"]), ("system", ["Be short"])]


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    turns = [CALLS, a_turn("user", a_result("two"), "Go on")]
    assert _shape(order_tool_results(turns))[1:] == [("user", ["error one", "result two"]), ("user", ["Go on"])]
    assert _shape(order_tool_results([CALLS]))[1:] == [("user", ["error one", "error two"])]


def test_an_assistant_that_continues_without_an_answer_has_one_turn() -> None:
    turns = [a_turn("assistant", "I look.", a_call("one")), a_turn("assistant", a_call("two")), a_turn("user", "Well?")]
    assert _shape(order_tool_results(turns)) == [
        ("assistant", ["I look.", "call one", "call two"]),
        ("user", ["error one", "error two"]),
        ("user", ["Well?"]),
    ]


@pytest.mark.parametrize(
    "turns",
    [
        [a_turn("user", a_result("one"))],
        [CALLS, a_turn("user", a_result("one"), a_result("two")), a_turn("user", a_result("one"))],
        [CALLS, a_turn("user", a_result("one"), a_result("one"))],
        [a_turn("assistant", "No call."), a_turn("user", a_result("one"))],
    ],
)
def test_a_result_without_a_call_that_waits_for_it_is_refused(turns: list[Turn]) -> None:
    with pytest.raises(InvalidInput, match="No call before it waits"):
        order_tool_results(turns)


_ids = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3)


@given(st.lists(st.tuples(_ids, _ids, st.booleans()), max_size=4))
def test_every_call_is_answered_once_and_at_once(steps: list[tuple[list[str], list[str], bool]]) -> None:
    turns = []
    for number, (calls, answered, speaks) in enumerate(steps):
        ids = [f"{call}{number}" for call in calls]
        turns.append(a_turn("assistant", "Well", *(a_call(each) for each in ids)))
        turns += [a_turn("user", a_result(f"{each}{number}")) for each in answered if each in calls]
        turns += [a_turn("user", "Go on")] if speaks else []
    reported = order_tool_results(turns)
    for place, turn in enumerate(reported):
        waiting = [part.id for part in turn.parts if isinstance(part, ToolCall)]
        if waiting:
            results = [part.call_id for part in reported[place + 1].parts if isinstance(part, ToolResult)]
            assert results == waiting
