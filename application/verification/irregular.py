"""What is wrong between organizations, heads and aggregates, as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.verification.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.stored_log import Irregularities, Span
    from application.verification.findings import Kind


def irregular_findings(irregular: Irregularities) -> list[Finding]:
    """Return what the chains do not tell."""
    return [
        *_spans("deleted", irregular.headless, "The head of the organization is gone."),
        *_spans("inserted", irregular.beyond, "These events lie after the end that the organization's head names."),
        *_spans("out-of-order", irregular.misnumbered, "The revision does not follow the one before it."),
    ]


def _spans(kind: Kind, spans: Sequence[Span], message: str) -> list[Finding]:
    return [
        Finding(
            kind=kind,
            organization_id=span.organization_id,
            sequence=span.org_sequence,
            count=span.count,
            message=message,
        )
        for span in spans
    ]
