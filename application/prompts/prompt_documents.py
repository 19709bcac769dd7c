"""API documents of selections and prompt answers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall
from application.prompts.opaque_blobs import blob_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.prompts.conversation import Part
    from application.prompts.prompt_answer import Attempt, CallSummary, PromptAnswer
    from application.prompts.selection_candidates import Candidate, Selection

MOST_REASONS: Final = 50
"""Candidates that a refusal tells of; the route that explains choices tells of more."""

MOST_CANDIDATES: Final = 1_000
"""Candidates that the route that explains choices tells of one by one; the others it counts, by the rules."""


def model_document(candidate: Candidate) -> dict[str, Any]:
    """Return what names the model: its id here, and its provider's name for it."""
    return {
        "id": candidate.id,
        "providerId": candidate.provider_id,
        "providerModelId": candidate.provider_model_id,
        "name": candidate.name,
    }


def candidate_documents(selection: Selection, most: int) -> list[dict[str, Any]]:
    """Return the candidates as API documents, the chosen one first; at most `most`."""
    return [
        {
            "modelId": ranked.candidate.id,
            "providerId": ranked.candidate.provider_id,
            "providerModelId": ranked.candidate.provider_model_id,
            "name": ranked.candidate.name,
            "kept": ranked.rank is not None,
            "rank": ranked.rank,
            "rules": [{"rule": finding.rule, "detail": finding.detail} for finding in ranked.findings],
        }
        for ranked in selection.ranked_candidates[:most]
    ]


def selection_document(selection: Selection) -> dict[str, Any]:
    """Return the choice and the reasons; `selected` is null when no model would do.

    However many candidates there are, `candidateCount` and `droppedBy` (candidates by rule; several rules may drop one)
    count them all.
    """
    kept = selection.kept
    dropped = (ranked for ranked in selection.ranked_candidates if ranked.rank is None)
    return {
        "selected": model_document(kept[0]) if kept else None,
        "candidates": candidate_documents(selection, MOST_CANDIDATES),
        "candidateCount": len(selection.ranked_candidates),
        "droppedBy": dict(Counter(rule for ranked in dropped for rule in {each.rule for each in ranked.findings})),
    }


def answer_document(answer: PromptAnswer) -> dict[str, Any]:
    """Return everything about the answer except its text."""
    completion = answer.completion
    parts = completion.choices[0].parts
    thoughts = "".join(part.text for part in parts if isinstance(part, Reasoning))
    return {
        "toolCalls": [part_document(part) for part in parts if isinstance(part, ToolCall)],
        "reasoning": thoughts or None,
        "refusal": "".join(part.text for part in parts if isinstance(part, Refusal)) or None,
        "parts": [document for part in parts if (document := part_document(part)) is not None],
        "ignoredFields": completion.ignored_fields,
        "answeredBy": completion.answered_by,
        "finishReason": completion.finish_reason,
        "usage": {
            "inputTokens": completion.usage.input_tokens,
            "outputTokens": completion.usage.output_tokens,
            "cachedInputTokens": completion.usage.cached_input_tokens,
            "cacheWriteTokens": completion.usage.cache_write_tokens,
            "reasoningTokens": completion.usage.reasoning_tokens,
        },
        "upstreamRequestId": completion.upstream_request_id,
        **account_document(answer),
    }


def part_document(part: Part) -> dict[str, Any] | None:
    """Return a part as it can be handed back in a message of the assistant; none for parts that no answer has."""
    match part:
        case Text() | Refusal():
            return {"type": "text", "text": part.text}
        case ToolCall():
            encoded = {"type": "toolCall", "id": part.id, "name": part.name, "arguments": part.arguments}
        case Reasoning():
            encoded = {"type": "reasoning", "text": part.text}
        case _:
            return None
    blob = blob_of(part)
    return encoded | ({"blob": blob} if blob is not None else {})


def account_document(account: CallSummary) -> dict[str, Any]:
    """Return which model has answered, at what cost, after which calls."""
    return {
        "model": model_document(account.candidate),
        "costUsd": account.cost.usd,
        "costUnknownReason": account.cost.unknown,
        "latencyMs": _milliseconds(account.latency_ms),
        "attempts": attempt_documents(account.attempts),
    }


def attempt_documents(attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """Return what became of each call."""
    return [
        {
            "modelId": attempt.candidate.id,
            "providerId": attempt.candidate.provider_id,
            "providerModelId": attempt.candidate.provider_model_id,
            "outcome": attempt.outcome,
            "message": attempt.message,
            "upstreamStatus": attempt.http_status,
            "upstreamRequestId": attempt.upstream_request_id,
            "waitMs": _milliseconds(attempt.wait_ms),
            "latencyMs": _milliseconds(attempt.latency_ms),
        }
        for attempt in attempts
    ]


def _milliseconds(value: float) -> float:
    return round(value, 2)
