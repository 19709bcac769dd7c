"""Plans and what became of them, as text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from application.declaration.execute_plan import Done, Outcome
from application.declaration.plan import Change, Plan

_SIGNS: Final = {"create": "+", "change": "~", "remove": "-"}
_PAST: Final = {"create": "created", "change": "changed", "remove": "removed"}
_LONGEST_SHOWN: Final = 200
_MOST_NAMED: Final = 20


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield the plan line by line."""
    for change in plan.changes:
        yield f"{_SIGNS[change.action]} {change.kind} {change.label}"
        for difference in change.differences:
            yield f"    {difference.field}: {_shown(difference.present)} -> {_shown(difference.wanted)}"
    for present in plan.undeclared:
        yield f"? {present.kind} {present.label}: not in the file, stays as it is"
    yield from plan.notes
    counts = {action: sum(change.action == action for change in plan.changes) for action in _SIGNS}
    if plan.changes:
        summary = ", ".join(f"{count} to {action}" for action, count in counts.items() if count)
        yield f"{summary}; {plan.unchanged} unchanged."
    else:
        yield f"Nothing to change; {plan.unchanged} unchanged."


def done_line(done: Done) -> str:
    """Return what was done, with the secret that is shown only once."""
    text = f"{done.change.kind} {done.change.label}: {_PAST[done.change.action]}"
    return text if done.secret is None else f"{text}. Its secret, shown this once: {done.secret}"


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """Yield why a plan was broken off, and what was done and what was not."""
    message = outcome.error.message if outcome.error is not None else ""
    action = outcome.failed[0].action if outcome.failed else "change"
    failed = _names(outcome.failed)
    if not outcome.failed:
        yield message
    elif outcome.is_unknown:
        yield f"It is not known whether this was {_PAST[action]}: {failed}. {message}"
    else:
        yield f"This could not be {_PAST[action]}: {failed}. {message}"
    yield f"Done before: {_names([done.change for done in outcome.done])}."
    yield f"Not done: {_names(outcome.left)}. Run the command again once the cause is fixed: what is done stays."


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON has it."""
    return {
        "changes": [_change(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "undeclared": [{"kind": present.kind, "name": present.label} for present in plan.undeclared],
        "notes": list(plan.notes),
    }


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return what became of the plan as JSON has it."""
    return {
        "done": [
            _named(done.change) | ({} if done.secret is None else {"secret": done.secret}) for done in outcome.done
        ],
        "failed": [_named(change) for change in outcome.failed],
        "notDone": [_named(change) for change in outcome.left],
        "isUnknown": outcome.is_unknown,
        "error": None if outcome.error is None else {"code": outcome.error.code, "message": outcome.error.message},
    }


def _change(change: Change) -> dict[str, Any]:
    differences = [
        {"field": each.field, "present": _plain(each.present), "wanted": _plain(each.wanted)}
        for each in change.differences
    ]
    return _named(change) | {"differences": differences}


def _named(change: Change) -> dict[str, Any]:
    return {"action": change.action, "kind": change.kind, "name": change.label}


def _names(changes: Sequence[Change]) -> str:
    named = [f"{change.kind} {change.label}" for change in changes[:_MOST_NAMED]]
    more = len(changes) - len(named)
    return ("; ".join(named) + (f"; {more} more" if more else "")) or "nothing"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else orjson.dumps(_plain(value)).decode()
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _plain(value: object) -> object:
    """Return the value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value
