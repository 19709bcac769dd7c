"""Hand out an organization's whole log, with the proof that it is whole."""

from collections.abc import AsyncGenerator
from uuid import UUID

from application.run_in_thread import run_in_thread_if_large
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.checkpoints import SignedCheckpoint, parse_line
from application.verification.export_format import Inclusion, event_line, footer_line, header_line
from application.verification.hash_chain import number
from application.verification.merkle_tree import inclusion_path
from application.verification.raw_events import RawEvents, Span


async def export_log(
    organization_id: UUID, *, log: RawEvents, checkpoints: CheckpointVerifier, public_key_id: str | None
) -> AsyncGenerator[bytes]:
    """Give the lines of the export, many at a time. Viewers of the organization.

    It ends with the event that was the newest when it began. Its proof is the newest checkpoint that has seen the
    organization. Where checkpoints contradict each other, or none has, it proves its chain alone.

    Raises:
        Unavailable: the database or the checkpoints cannot be read; what was given so far is no export.
    """
    witness = await _witness(checkpoints, organization_id, parts=1)
    witness = witness or await _witness(checkpoints, organization_id, parts=2)
    heads = await log.heads(None, 1)
    end = heads[0].org_sequence if heads else 0
    yield header_line(organization_id, public_key_id)
    count, head = 0, None
    async for events in log.events([Span(organization_id, 0, end)]):
        if events:
            yield await run_in_thread_if_large(events, lambda events=events: b"".join(map(event_line, events)))  # type: ignore[misc]
            count += len(events)
            head = (number(events[-1][1]), events[-1][12].hex())
    signed, inclusion = (None, None) if witness is None else witness
    yield footer_line(count, head, signed, inclusion)


async def _witness(
    checkpoints: CheckpointVerifier, organization_id: UUID, *, parts: int
) -> tuple[SignedCheckpoint, Inclusion] | None:
    """Return the newest checkpoint of so many parts that has seen the organization, and the way to its root.

    A part begins with all heads, unless the writer of its first line died over it.
    """
    reader = checkpoints.reader()
    if reader is None:
        return None
    newest = await reader.newest_with(organization_id, since=await reader.newest_parts(parts))
    if newest is None or reader.findings:
        return None
    return await run_in_thread_if_large(newest, lambda: _inclusion(newest, organization_id))


def _inclusion(content: bytes, organization_id: UUID) -> tuple[SignedCheckpoint, Inclusion] | None:
    line = parse_line(content)
    members = [head.organization_id for head in line.heads]
    if organization_id not in members:
        return None
    index = members.index(organization_id)
    return line.signed, Inclusion(line.heads[index], index, inclusion_path([head.leaf for head in line.heads], index))
