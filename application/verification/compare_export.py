"""Compare an exported log with the live one, event by event."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal
from uuid import UUID

from application.errors import InvalidInput
from application.verification.export_format import MalformedLine, document_of, parse_event
from application.verification.hash_chain import StoredEvent, number
from application.verification.raw_events import RawEvents, Span

_AT_ONCE: Final = 2_000
_MOST: Final = 100

What = Literal["missing", "differs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDifference:
    """An event of the export that the live log does not have, or not as it was."""

    sequence: int
    what: What


@dataclass(slots=True, kw_only=True)
class Comparison:
    """How the live log differs from the export: how often, and the first hundred; `events` were compared."""

    organization_id: UUID
    events: int = 0
    misfits: int = 0
    first: list[ExportDifference] = field(default_factory=list)


async def compare_export(
    lines: Iterable[bytes], *, log: Callable[[UUID], RawEvents], progress: Callable[[int], None] = lambda _: None
) -> Comparison:
    """Return where the live log is not what was exported. The lines are those of an export, each with its end.

    Whether the export itself is complete is checked by `verify_export`. Platform administrators only.

    Raises:
        InvalidInput: this is no export, or cannot be read to its end.
        Unavailable: the database cannot be reached.
    """
    remaining = iter(lines)
    comparison = Comparison(organization_id=_organization(next(remaining, b"")))
    events = _events(remaining, comparison.organization_id)
    live = log(comparison.organization_id)
    while exported := list(islice(events, _AT_ONCE)):
        await _compare(exported, live, comparison)
        progress(comparison.events)
    return comparison


async def _compare(exported: Sequence[StoredEvent], live: RawEvents, comparison: Comparison) -> None:
    sequences = [number(event.org_sequence) for event in exported]
    span = Span(comparison.organization_id, min(sequences) - 1, max(sequences))
    found = {number(event[1]): tuple(event) async for batch in live.events([span]) for event in batch}
    for sequence, event in zip(sequences, exported, strict=True):
        there = found.get(sequence)
        if there != tuple(event):
            comparison.misfits += 1
            if len(comparison.first) < _MOST:
                comparison.first.append(
                    ExportDifference(sequence=sequence, what="missing" if there is None else "differs")
                )
    comparison.events += len(exported)


def _organization(line: bytes) -> UUID:
    try:
        return UUID(document_of(line, "header")["organizationId"])
    except (MalformedLine, KeyError, ValueError, TypeError, AttributeError):
        raise InvalidInput(None, "This is no exported log: its first line is not the header of one.") from None


def _events(lines: Iterator[bytes], organization_id: UUID) -> Iterator[StoredEvent]:
    for line_number, line in enumerate(lines, 2):
        if b'"kind":"footer"' in line:
            return
        try:
            yield parse_event(line, organization_id)
        except MalformedLine as error:
            raise InvalidInput(None, f"Line {line_number} of the export cannot be read: {error}.") from None
    raise InvalidInput(None, "The export has no footer: it was cut off.")
