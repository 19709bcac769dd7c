"""Traces: the spans that a request is made of, and how the other side of a call learns of them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

Attribute = str | bool | int | float | Sequence[str]
Attributes = Mapping[str, Attribute]
"""Named as OpenTelemetry's semantic conventions have it; never content, a key or a value of a query."""

Kind = Literal["server", "client"]
"""Whether the work is done for somebody else's call, or is a call of somebody else."""


class Span(Protocol):
    """A piece of work that has begun."""

    def describe(self, attributes: Attributes) -> None:
        """Add attributes."""
        ...

    def current(self) -> AbstractContextManager[object]:
        """Return a block in which the span is the parent of what begins, and logs name it."""
        ...

    def end(self, error_type: str | None = None) -> None:
        """End the span; with the type of the error where the work has failed, which is one of few words."""
        ...


class Tracer(Protocol):
    """Begins spans. Never fails and never waits, whatever becomes of what it collects."""

    def serve(self, name: str, headers: Mapping[str, str], attributes: Attributes) -> Span:
        """Begin a span for a client's call, which continues with the trace that its headers name, if they name one."""
        ...

    def call(self, name: str, attributes: Attributes, *, seconds_ago: float = 0.0) -> Span:
        """Begin a span for a call of somebody else, as a part of the current span."""
        ...

    def headers(self) -> Mapping[str, str]:
        """Return the headers that propagate the current span to the other side of a call; none outside of one."""
        ...
