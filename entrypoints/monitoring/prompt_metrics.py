"""What prompts were run on, and how that went, for Prometheus: sums of this process over all organizations.

No label names an organization, a model or a person: types of providers and kinds of outcomes are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Histogram

from application.usage.usage_ledger import OK

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from application.usage.usage_ledger import RequestRecord, UsageLedger, Use

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds: a short answer takes one, a long one with thought before it minutes."""


class PromptFigures:
    """Counts calls of models, their time and their tokens by type of provider."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by_type = ("provider_type",)
        self._calls = Counter(
            "modelbook_prompt_calls",
            "Calls of models by outcome: ok, cancelled, or the category of the failure. A prompt may take several.",
            ("provider_type", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "modelbook_prompt_call_seconds",
            "Time from a call to its whole answer, by type of provider; of calls that succeeded.",
            by_type,
            buckets=BUCKETS,
            registry=registry,
        )
        self._tokens = Counter(
            "modelbook_prompt_tokens",
            "Tokens as providers counted them, by direction: input or output.",
            ("provider_type", "direction"),
            registry=registry,
        )
        # Looking a labelled figure up takes longer than changing it.
        self._outcomes: dict[tuple[str, str], Counter] = {}
        self._answers: dict[str, tuple[Histogram, Counter, Counter]] = {}

    def count(self, use: Use) -> None:
        """Count a call."""
        key = (use.provider_type, use.outcome)
        outcome = self._outcomes.get(key)
        if outcome is None:
            outcome = self._outcomes[key] = self._calls.labels(*key)
        outcome.inc()
        if use.outcome == OK:
            self._count_answer(use)

    def _count_answer(self, use: Use) -> None:
        kind = use.provider_type
        figures = self._answers.get(kind)
        if figures is None:
            directions = (self._tokens.labels(kind, "input"), self._tokens.labels(kind, "output"))
            figures = self._answers[kind] = (self._seconds.labels(kind), *directions)
        seconds, read, written = figures
        seconds.observe(use.latency_ms / 1000)
        read.inc(use.input_tokens)
        written.inc(use.output_tokens)


class CountedUses:
    """Implements `application.usage.usage_ledger.UsageLedger`: counts the uses of each call before it is logged."""

    def __init__(self, ledger: UsageLedger, figures: PromptFigures) -> None:
        self._ledger = ledger
        self._figures = figures

    def record(self, request: RequestRecord) -> None:
        for use in request.counted:
            self._figures.count(use)
        self._ledger.record(request)
