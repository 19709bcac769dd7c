"""Checkpoints: signed statements of where organizations' logs ended, kept outside the database.

A checkpoint is over the heads that changed since the one before it; the first of every thousand is over all heads, so
that a reader may begin there. It names their Merkle root and the hash of the line before it, so that the newest
signature covers all of them. What is signed is its canonical JSON (keys sorted, no blanks, ASCII).

In the sink each is one line of JSON: the checkpoint, its signature, the heads by organization, and, where somebody
stated that a backup was restored, that statement, whose hash is signed too. A head's leaf in the tree is 56 bytes:
organization id, sequence number, hash.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any, Final, Literal
from uuid import UUID

from application.verification.canonical_json import canonical_json
from application.verification.hash_chain import eight_bytes
from application.verification.merkle_tree import leaf_hash, root
from application.verification.restore_statements import RestoreStatement, parse_statement

FORMAT: Final = "modelbook/checkpoint/1"
BEGINNING: Final = "0" * 64
"""What the first checkpoint names as the one before it."""
BETWEEN_FULL: Final = 1_000
"""The first of so many checkpoints is over all heads."""

Covers = Literal["changed", "all"]

_OUTLINE: Final = re.compile(
    rb'\{"checkpoint":\{"at":"([^"]*)","covers":"(all|changed)","format":"[^"]*","heads":\d{1,18},"key_id":"[^"]*",'
    rb'"number":(\d{1,18}),"previous":"([0-9a-f]{64})","restored":(?:null|"[0-9a-f]{64}"),"root":"([0-9a-f]{64})",'
    rb'"sink":"([0-9a-f]{32})"\},"heads":(\[.*\]),"restored":(null|\{.*\}),"signature":"[^"]*"\}'
)
_SINK: Final = re.compile(rb'\{"checkpoint":\{[^{}]*"sink":"([0-9a-f]{32})"\}')


class MalformedCheckpoint(ValueError):
    """This is not a checkpoint, or an incomplete one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The signed content: hashes in hexadecimal, the time in RFC 3339, and the random id of the sink."""

    format: str = FORMAT
    number: int
    at: str
    sink: str
    covers: Covers
    heads: int
    root: str
    previous: str
    restored: str | None
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with its Ed25519 signature."""

    checkpoint: Checkpoint
    signature: bytes

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "checkpoint": asdict(self.checkpoint),
            "signature": b64encode(self.signature).decode("ascii"),
        }


@dataclass(frozen=True, slots=True)
class HeadLeaf:
    """Where an organization's log ended."""

    organization_id: UUID
    org_sequence: int
    hash: bytes

    @property
    def leaf(self) -> bytes:
        """Return the leaf hash of the head."""
        return leaf_hash(self.organization_id.bytes + eight_bytes(self.org_sequence) + self.hash)


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A line of the sink."""

    signed: SignedCheckpoint
    heads: Sequence[HeadLeaf]
    restored: RestoreStatement | None = None


@dataclass(frozen=True, slots=True)
class LineOutline:
    """The part of a line that places it among the others. Its heads are not parsed yet."""

    number: int
    at: str
    covers: str
    previous: str
    root: str
    sink: str
    listed: bytes
    statement: bytes

    def heads(self) -> Sequence[HeadLeaf]:
        """Return the heads of the line.

        Raises:
            MalformedCheckpoint: the heads are not valid.
        """
        try:
            return [_head(listed) for listed in json.loads(self.listed)]
        except (ValueError, TypeError, AttributeError) as error:
            raise MalformedCheckpoint("This line does not list heads.") from error

    def restored(self) -> RestoreStatement | None:
        """Return the statement about a restore.

        Raises:
            MalformedCheckpoint: the statement is not valid.
        """
        try:
            return parse_statement(json.loads(self.statement))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MalformedCheckpoint("This line does not state a restore.") from error


def signed_bytes(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that are signed."""
    return canonical_json(asdict(checkpoint))


def line_bytes(line: CheckpointLine) -> bytes:
    """Return the line in the format of the sink, without the line break."""
    restored = None if line.restored is None else line.restored.document()
    return canonical_json({**line.signed.document(), "heads": _listed(line.heads), "restored": restored})


def heads_root(heads: Sequence[HeadLeaf]) -> str:
    """Return the Merkle root of heads that are sorted by organization."""
    return root([head.leaf for head in heads]).hex()


def line_hash(line: bytes) -> str:
    """Return the hash by which the next checkpoint names this line."""
    return sha256(line).hexdigest()


def outline(line: bytes) -> LineOutline | None:
    """Return the outline of a line, or None if it is incomplete. A million outlines take some seconds.

    The rest of the line is covered by the lines after it, each of which names the hash of the previous line.
    """
    found = _OUTLINE.fullmatch(line)
    if found is None:
        return None
    at, covers, number, previous, root_, sink, listed, statement = found.groups()
    return LineOutline(
        number=int(number),
        at=at.decode(),
        covers=covers.decode(),
        previous=previous.decode(),
        root=root_.decode(),
        sink=sink.decode(),
        listed=listed,
        statement=statement,
    )


def sink_of(beginning: bytes) -> str | None:
    """Return the sink id in the beginning of a line, or None if the line is incomplete."""
    found = _SINK.match(beginning)
    return None if found is None else found[1].decode()


def parse_line(line: bytes) -> CheckpointLine:
    """Parse the line.

    Raises:
        MalformedCheckpoint: the line is incomplete or not canonical JSON.
    """
    try:
        document = json.loads(line)
        heads = [_head(listed) for listed in document["heads"]]
        parsed = CheckpointLine(signed_checkpoint(document), heads, parse_statement(document["restored"]))
        is_spelled_so = line_bytes(parsed) == line
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise MalformedCheckpoint("This is not a line of checkpoints.") from error
    if not is_spelled_so:
        raise MalformedCheckpoint("This line was rewritten.")
    return parsed


def signed_checkpoint(document: Any) -> SignedCheckpoint:  # noqa: ANN401 - JSON is any of its types
    """Return the checkpoint that the JSON document describes.

    Raises:
        MalformedCheckpoint: the document is not a checkpoint.
    """
    try:
        stated = document["checkpoint"]
        checkpoint = Checkpoint(**stated)
        signature = b64decode(document["signature"], validate=True)
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedCheckpoint("This is not a checkpoint.") from error
    numbers = (checkpoint.number, checkpoint.heads)
    texts = [checkpoint.at, checkpoint.sink, checkpoint.root, checkpoint.previous, checkpoint.key_id]
    texts += [] if checkpoint.restored is None else [checkpoint.restored]
    is_whole = len(stated) == len(fields(Checkpoint)) and checkpoint.format == FORMAT
    is_whole = is_whole and checkpoint.covers in {"changed", "all"}
    if not is_whole or any(type(part) is not int for part in numbers) or any(type(part) is not str for part in texts):
        raise MalformedCheckpoint("This is not a checkpoint of a kind that is known here.")
    return SignedCheckpoint(checkpoint=checkpoint, signature=signature)


def _head(listed: Sequence[Any]) -> HeadLeaf:
    organization_id, sequence, hash_ = listed
    return HeadLeaf(UUID(organization_id), sequence, bytes.fromhex(hash_))


def _listed(heads: Sequence[HeadLeaf]) -> list[list[str | int]]:
    return [[str(head.organization_id), head.org_sequence, head.hash.hex()] for head in heads]
