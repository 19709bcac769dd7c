"""Orders turns so that each tool call is followed by exactly one result."""

from collections.abc import Iterable, Sequence
from typing import Final

from adapters.providers.prompting.tool_calls import split_results
from adapters.providers.prompting.unsupported_fields import MESSAGES
from application.errors import InvalidInput
from application.prompts.conversation import Text, ToolCall, ToolResult, Turn

_UNANSWERED: Final = "The call was not answered."


def order_tool_results(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns such that each one of the assistant is followed by the results of all its calls, in their order.

    Messages of the user or the system between a call and its result are moved behind the results. A call without a
    result gets an error as its result.

    Raises:
        InvalidInput: a result belongs to no call of the turn before it.
    """
    writer = _Writer()
    for turn in turns:
        if turn.role == "assistant":
            writer.add_assistant(turn)
        else:
            writer.add_other(turn)
    writer.close()
    return writer.turns


class _Writer:
    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._calls: list[ToolCall] = []
        self._results: dict[str, ToolResult] = {}
        self._held: list[Turn] = []

    def add_assistant(self, turn: Turn) -> None:
        # Without an answer in between it is the same turn that continues.
        if self._results or self._held:
            self.close()
        self._calls += [part for part in turn.parts if isinstance(part, ToolCall)]
        if self.turns and self.turns[-1].role == "assistant":
            turn = Turn(role="assistant", parts=(*self.turns.pop().parts, *turn.parts))
        self.turns.append(turn)

    def add_other(self, turn: Turn) -> None:
        results, rest = split_results(turn.parts)
        for result in results:
            self._answer(result)
        if not self._calls:
            self.turns.append(turn)
            return
        if rest:
            self._held.append(Turn(role=turn.role, parts=tuple(rest)))
        if len(self._results) == len({call.id for call in self._calls}):
            self.close()

    def close(self) -> None:
        """Write the results of the calls that wait for them, and what was held back behind them."""
        if self._calls:
            answers = [self._results.get(call.id) or _unanswered(call) for call in self._calls]
            self.turns.append(Turn(role="user", parts=tuple(answers)))
        self.turns += self._held
        self._calls, self._results, self._held = [], {}, []

    def _answer(self, result: ToolResult) -> None:
        if result.call_id not in _ids(self._calls) or result.call_id in self._results:
            message = f"No call before it waits for the result of {result.call_id[:64]!r}."
            raise InvalidInput(MESSAGES, message)
        self._results[result.call_id] = result


def _ids(calls: Sequence[ToolCall]) -> set[str]:
    return {call.id for call in calls}


def _unanswered(call: ToolCall) -> ToolResult:
    return ToolResult(call_id=call.id, parts=(Text(text=_UNANSWERED),), is_error=True)
