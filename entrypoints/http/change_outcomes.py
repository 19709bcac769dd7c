"""Adds the outcome of a change to 5xx answers: made, partly made, unknown, or not made."""

from dataclasses import replace
from typing import Final

from application.errors import CommandOutcomeUnknown, Unavailable
from entrypoints.http.problems import PROBLEM_DETAILS, Problem
from entrypoints.http.request_context import RequestContext

_FOUND: Final = "GET /api/ai/audit?commandId="
_INTERNAL_ERROR: Final = "internal-error"


def with_outcome(problem: Problem, error: Exception, context: RequestContext) -> Problem:
    """Return the problem with what is known of the change; the same one where no change was requested.

    Only failures that say nothing themselves about the change are added to: a database that cannot be reached, and
    what nobody foresaw.
    """
    route = context.route
    if route is None or not route.is_command or route.problem_shape is not PROBLEM_DETAILS:
        return problem
    if not isinstance(error, Unavailable | CommandOutcomeUnknown) and problem.code != _INTERNAL_ERROR:
        return problem
    outcome = context.outcome
    members: dict[str, object] = {"outcome": outcome.known}
    headers = dict(problem.headers)
    command_id = outcome.unresolved or context.command_id
    if command_id is not None:
        members["commandId"] = command_id
    if outcome.position is not None:
        members["logPosition"] = outcome.position
        headers["Log-Position"] = str(outcome.position)
    is_unknown = outcome.known == "unknown" and problem.code != _INTERNAL_ERROR
    return replace(
        problem,
        code=CommandOutcomeUnknown.code if is_unknown else problem.code,
        detail=f"{problem.detail} {_sentence(context)}",
        members={**problem.members, **members},
        headers=headers,
    )


def _sentence(context: RequestContext) -> str:
    outcome = context.outcome
    match outcome.known:
        case "made":
            return f"The change was made, up to log position {outcome.position}: read it instead of repeating it."
        case "partial":
            return f"Part of the change was made, up to log position {outcome.position}. {_the_way(context)}"
        case "unknown":
            return f"It is not known whether the change was made. {_the_way(context)}"
    return "Nothing was changed; try again shortly."


def _the_way(context: RequestContext) -> str:
    """Return how to find out, or to have it finished without doing it twice."""
    route = context.route
    if route is None or not route.access.is_for_organizations:
        return "Repeat the request, or look at GET /api/admin/jobs: what was done already does no harm a second time."
    ways = ["Repeat the request with the same Idempotency-Key"] if context.has_key else []
    command_id = context.outcome.unresolved or context.command_id
    if command_id is not None:
        ways.append(f"look for its events with {_FOUND}{command_id}")
    sentence = ", or ".join(ways) or "Read what was to be changed"
    return f"{sentence[0].upper()}{sentence[1:]}."
