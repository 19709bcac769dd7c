"""Calls of models and their outcomes, for Prometheus: sums of this process over all organizations.

No label names an organization, a model or a person: types of providers and kinds of outcomes are few.
"""

from typing import Final

from prometheus_client import CollectorRegistry

from application.usage.usage_ledger import OK, ModelCall, RequestRecord, UsageLedger
from entrypoints.monitoring.loop_figures import ExampleOf, LoopCounter, LoopHistogram

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds: a short answer takes one, a long one with thought before it minutes."""


class PromptFigures:
    """Counts calls of models, their time and their tokens by type of provider."""

    def __init__(self, registry: CollectorRegistry, *, example: ExampleOf | None = None) -> None:
        by_type = ("provider_type",)
        self._calls = LoopCounter(
            "modelbook_prompt_calls",
            "Calls of models by outcome: ok, cancelled, or the category of the failure. A prompt may take several.",
            (*by_type, "outcome"),
            registry,
        )
        self._seconds = LoopHistogram(
            "modelbook_prompt_call_seconds",
            "Time from a call to its whole answer, by type of provider; of calls that succeeded.",
            by_type,
            registry,
            buckets=BUCKETS,
            example=example,
        )
        self._tokens = LoopCounter(
            "modelbook_prompt_tokens",
            "Tokens as providers counted them, by direction: input or output.",
            (*by_type, "direction"),
            registry,
        )

    def count(self, use: ModelCall) -> None:
        """Count a call."""
        kind = use.provider_type
        self._calls.sums[kind, use.outcome] += 1
        if use.outcome == OK:
            self._seconds.observe((kind,), use.latency_ms / 1000)
            self._tokens.sums[kind, "input"] += use.input_tokens
            self._tokens.sums[kind, "output"] += use.output_tokens


class CountedUses:
    """Implements `application.usage.usage_ledger.UsageLedger`: counts the uses of each call before it is logged."""

    def __init__(self, ledger: UsageLedger, figures: PromptFigures) -> None:
        self._ledger = ledger
        self._figures = figures

    def record(self, request: RequestRecord) -> None:
        for use in request.counted:
            self._figures.count(use)
        self._ledger.record(request)
