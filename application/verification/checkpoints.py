"""Checkpoints: signed statements of where every organization's log ended at a moment, kept outside the database.

A checkpoint says: so many events the logs had, and this was the Merkle root over the heads of all organizations. What
is signed is its canonical JSON (keys sorted, no blanks, ASCII). It also names the hash of the line before it, so that
the newest signature vouches for all of them.

In the sink each is one line of JSON, with the signature and the heads that moved since the line before, whose hash is
signed too. The first line of each part of the sink lists all heads, so that whoever reads from the beginning of a part
knows all of them. A head's leaf is 56 bytes: organization id, sequence number, hash.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from application.verification.merkle import leaf_hash, root
from application.verification.stored import eight_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT: Final = "modelbook/checkpoint/1"
BEGINNING: Final = "0" * 64
"""What the first checkpoint names as the one before it."""

_OUTLINE: Final = re.compile(
    rb'\{"checkpoint":\{"at":"[^"]*","format":"[^"]*","key_id":"[^"]*","moved":"[0-9a-f]{64}","number":(\d{1,18}),'
    rb'"organizations":(\d{1,18}),"position":\d{1,18},"previous":"([0-9a-f]{64})","root":"([0-9a-f]{64})"\},'
    rb'"heads":(\[.*\]),"signature":"[^"]*"\}'
)


class MalformedCheckpoint(ValueError):
    """This is not a checkpoint, or not a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What is signed; hashes in hexadecimal, the time in RFC 3339."""

    format: str = FORMAT
    number: int
    at: str
    position: int
    organizations: int
    root: str
    moved: str
    previous: str
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
        """Return the hash that stands for it in the tree."""
        return leaf_hash(self.organization_id.bytes + eight_bytes(self.org_sequence) + self.hash)


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A line of the sink."""

    signed: SignedCheckpoint
    moved: Sequence[HeadLeaf]


@dataclass(frozen=True, slots=True)
class LineOutline:
    """As much of a line as tells its place among the others; what it lists is not looked at yet."""

    number: int
    organizations: int
    previous: str
    root: str
    listed: bytes

    def moved(self, only: UUID | None = None) -> Sequence[HeadLeaf]:
        """Return the heads that it lists, or the one of an organization.

        Raises:
            MalformedCheckpoint: these are no heads.
        """
        if only is not None and str(only).encode() not in self.listed:
            return []
        try:
            heads = [_head(listed) for listed in json.loads(self.listed)]
        except (ValueError, TypeError, AttributeError) as error:
            raise MalformedCheckpoint("This line does not list heads.") from error
        return heads if only is None else [head for head in heads if head.organization_id == only]

    def is_full(self) -> bool:
        """Tell whether it lists all heads that it is over.

        Raises:
            MalformedCheckpoint: these are no heads.
        """
        leaves = [head.leaf for head in self.moved()]
        return len(leaves) == self.organizations and root(leaves).hex() == self.root


def signed_bytes(checkpoint: Checkpoint) -> bytes:
    """Return what is signed."""
    return canonical_json(asdict(checkpoint))


def canonical_json(document: object) -> bytes:
    """Return the one spelling of a document: keys sorted, no blanks, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def line_bytes(line: CheckpointLine) -> bytes:
    """Return the line as the sink has it, without its end."""
    return canonical_json({**line.signed.document(), "heads": _listed(line.moved)})


def moved_hash(moved: Sequence[HeadLeaf]) -> str:
    """Return what a checkpoint says of the heads that moved."""
    return sha256(canonical_json(_listed(moved))).hexdigest()


def line_hash(line: bytes) -> str:
    """Return what the next checkpoint names as the one before it."""
    return sha256(line).hexdigest()


def outline(line: bytes) -> LineOutline | None:
    """Return the outline of a line, none of half a line; a million of them take some seconds.

    What else it says is vouched for by the lines after it, each of which names the hash of the one before.
    """
    found = _OUTLINE.fullmatch(line)
    if found is None:
        return None
    number, organizations, previous, root_, listed = found.groups()
    return LineOutline(int(number), int(organizations), previous.decode(), root_.decode(), listed)


def parse_line(line: bytes) -> CheckpointLine:
    """Return what the line says.

    Raises:
        MalformedCheckpoint: it is not a whole line in its one spelling.
    """
    try:
        document = json.loads(line)
        moved = [_head(listed) for listed in document["heads"]]
        parsed = CheckpointLine(signed_checkpoint(document), moved)
        is_spelled_so = line_bytes(parsed) == line
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise MalformedCheckpoint("This is not a line of checkpoints.") from error
    if not is_spelled_so:
        raise MalformedCheckpoint("This line was written anew.")
    return parsed


def _head(listed: Sequence[Any]) -> HeadLeaf:
    organization_id, sequence, hash_ = listed
    return HeadLeaf(UUID(organization_id), sequence, bytes.fromhex(hash_))


def _listed(moved: Sequence[HeadLeaf]) -> list[list[str | int]]:
    return [[str(head.organization_id), head.org_sequence, head.hash.hex()] for head in moved]


def signed_checkpoint(document: Any) -> SignedCheckpoint:  # noqa: ANN401 - JSON is any of its types
    """Return the checkpoint that the JSON document describes.

    Raises:
        MalformedCheckpoint: it describes none.
    """
    try:
        stated = document["checkpoint"]
        checkpoint = Checkpoint(**stated)
        signature = b64decode(document["signature"], validate=True)
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedCheckpoint("This is not a checkpoint.") from error
    numbers = (checkpoint.number, checkpoint.position, checkpoint.organizations)
    texts = (checkpoint.at, checkpoint.root, checkpoint.moved, checkpoint.previous, checkpoint.key_id)
    is_whole = len(stated) == len(fields(Checkpoint)) and checkpoint.format == FORMAT
    if not is_whole or any(type(part) is not int for part in numbers) or any(type(part) is not str for part in texts):
        raise MalformedCheckpoint("This is not a checkpoint of a kind that is known here.")
    return SignedCheckpoint(checkpoint=checkpoint, signature=signature)
