"""Hand out an organization's whole log, with the proof that it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.verification.anchors import CheckpointReader
from application.verification.export import Inclusion, event_line, footer_line, header_line
from application.verification.merkle import inclusion_path
from application.verification.stored import number

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from application.ports.stored_log import StoredLog
    from application.queries.verify_log import CheckpointPorts


async def export_log(
    organization_id: UUID, *, log: StoredLog, checkpoints: CheckpointPorts, public_key_id: str | None
) -> AsyncGenerator[bytes]:
    """Give the lines of the export, many at a time. Viewers of the organization.

    It ends with the event that was the newest when it began. Where the checkpoints contradict each other, or know
    nothing of the organization yet, it proves its chain alone.

    Raises:
        Unavailable: the database or the checkpoints cannot be read; what was given so far is no export.
    """
    reader = await _read(checkpoints, newest_part=True)
    if reader is not None and (reader.findings or reader.last is None):
        reader = await _read(checkpoints, newest_part=False)
    heads = await log.heads(None, 1)
    end = heads[0].org_sequence if heads else 0
    yield header_line(organization_id, public_key_id)
    count, head = 0, None
    async for batch in log.events(organization_id.bytes, organization_id.bytes):
        events = [event for event in batch if number(event[1]) <= end]
        if events:
            yield b"".join(map(event_line, events))
            count += len(events)
            head = (number(events[-1][1]), events[-1][12].hex())
    signed = reader.last if reader is not None and not reader.findings else None
    inclusion = None if signed is None or reader is None else _inclusion(reader, organization_id)
    yield footer_line(count, head, signed, inclusion)


async def _read(checkpoints: CheckpointPorts, *, newest_part: bool) -> CheckpointReader | None:
    """Read the checkpoints; a part begins with all heads, unless the writer of its first line died over it."""
    if checkpoints.sink is None or checkpoints.public_key is None:
        return None
    reader = CheckpointReader(checkpoints.sink, checkpoints.signatures, checkpoints.public_key, keep_heads=True)
    async for _ in reader.told(newest_part=newest_part):
        pass
    return reader


def _inclusion(reader: CheckpointReader, organization_id: UUID) -> Inclusion | None:
    head = reader.heads.get(organization_id)
    if head is None:
        return None
    members = sorted(reader.heads, key=lambda member: member.bytes)
    index = members.index(organization_id)
    return Inclusion(head, index, inclusion_path([reader.heads[member].leaf for member in members], index))
