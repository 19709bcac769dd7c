"""What is wrong between organizations, heads and aggregates, as findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.verification.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.stored_log import Irregularities, Span
    from application.verification.findings import Kind


def located(findings: Sequence[Finding], gaps: Sequence[tuple[int, int]]) -> list[Finding]:
    """Return the findings, those of missing events with the position where as many are missing."""
    return [_located(finding, gaps) for finding in findings]


def irregular_findings(irregular: Irregularities, chains: Sequence[Finding]) -> list[Finding]:
    """Return what the chains do not tell."""
    explained = [gap for finding in chains for gap in _gap_of(finding, irregular.gaps)]
    gone = [
        Finding(
            kind="deleted",
            organization_id=None,
            sequence=None,
            position=first,
            count=last - first + 1,
            message="No event has this position, nor any head a word of it: it was deleted, or the log cut off here.",
        )
        for first, last in irregular.gaps
        if (first, last) not in explained
    ]
    twice = [
        Finding(
            kind="inserted",
            organization_id=None,
            sequence=None,
            position=position,
            message="This position is taken twice, or lies after the end of the log.",
        )
        for position in irregular.twice
    ]
    return [
        *gone,
        *twice,
        *_spans("deleted", irregular.headless, "The head of the organization is gone."),
        *_spans("inserted", irregular.beyond, "These events lie after the end that the organization's head names."),
        *_spans("out-of-order", irregular.misnumbered, "The revision does not follow the one before it."),
    ]


def _located(finding: Finding, gaps: Sequence[tuple[int, int]]) -> Finding:
    found = _gap_of(finding, gaps)
    return replace(finding, position=found[0][0]) if finding.position is None and found else finding


def _gap_of(finding: Finding, gaps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the gaps in which just as many positions are missing as the finding misses events."""
    if finding.between is None:
        return []
    after, before = finding.between
    within = [(first, last) for first, last in gaps if first > after and (before is None or last < before)]
    return within if sum(last - first + 1 for first, last in within) == finding.count else []


def _spans(kind: Kind, spans: Sequence[Span], message: str) -> list[Finding]:
    return [
        Finding(
            kind=kind,
            organization_id=span.organization_id,
            sequence=span.org_sequence,
            position=span.position,
            count=span.count,
            message=message,
        )
        for span in spans
    ]
