"""The format of an exported log, which can be verified with the public key of the checkpoints alone.

Lines of canonical JSON (keys sorted, no blanks, ASCII):

    header    the format, the organization, and the id of the key that signed the checkpoint (null: there is none)
    event     every field that is hashed, in the order of the log; the stored state in base64, times in microseconds
    footer    how many events, the head, the newest checkpoint, and the way from the organization's head in it to its
              Merkle root

The hash of an event is the one of `application.verification.hash_chain`.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from application.verification.checkpoints import HeadLeaf, SignedCheckpoint
from application.verification.hash_chain import StoredEvent, eight_bytes, number

FORMAT: Final = "modelbook/export/1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_quoted: Final = json.encoder.encode_basestring_ascii
_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


class MalformedLine(ValueError):
    """This is not a line of an export."""


def line_of(document: dict[str, Any]) -> bytes:
    """Return the document as a line, with the line break."""
    return _encode(document).encode("ascii") + b"\n"


def document_of(line: bytes, kind: str) -> dict[str, Any]:
    """Parse a line of this kind. The caller checks that it is canonical by writing it again.

    Raises:
        MalformedLine: it is not a line of this kind.
    """
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise MalformedLine("it is not JSON, or not whole") from None
    if not isinstance(document, dict) or document.get("kind") != kind:
        raise MalformedLine(f"this is not the {kind}")
    return document


def header_line(organization_id: UUID, public_key_id: str | None) -> bytes:
    """Return the first line."""
    return line_of(
        {"kind": "header", "format": FORMAT, "organizationId": str(organization_id), "publicKeyId": public_key_id}
    )


def event_line(event: StoredEvent) -> bytes:
    """Return the line of an event, given as a tuple of the columns."""
    _, sequence, aggregate_id, revision, topic, actor, command_id, correlation_id = event[:8]
    reason, recorded_at, state, previous_hash, hash_ = event[8:13]
    # As `line_of` spells it, in half the time: there are millions.
    return (
        f'{{"actor":{_quoted(actor.decode())},"aggregateId":"{_id(aggregate_id)}","commandId":"{_id(command_id)}",'
        f'"correlationId":{_quoted(correlation_id.decode())},"hash":"{hash_.hex()}","kind":"event",'
        f'"previousHash":"{previous_hash.hex()}",'
        f'"reason":{"null" if reason is None else _quoted(reason.decode())},'
        f'"recordedAt":"{_rfc3339(number(recorded_at))}",'
        f'"revision":{number(revision)},"sequence":{number(sequence)},"state":"{b64encode(state).decode("ascii")}",'
        f'"topic":{_quoted(topic.decode())}}}\n'
    ).encode("ascii")


def parse_event(line: bytes, organization_id: UUID) -> StoredEvent:
    """Parse the line of an event.

    Raises:
        MalformedLine: it is not the line of an event, or not canonical JSON.
    """
    stated = document_of(line, "event")
    try:
        event = StoredEvent(
            organization_id.bytes,
            eight_bytes(stated["sequence"]),
            UUID(stated["aggregateId"]).bytes,
            stated["revision"].to_bytes(4, "big", signed=True),
            stated["topic"].encode(),
            stated["actor"].encode(),
            UUID(stated["commandId"]).bytes,
            stated["correlationId"].encode(),
            None if stated["reason"] is None else stated["reason"].encode(),
            eight_bytes((datetime.fromisoformat(stated["recordedAt"]) - _EPOCH) // _MICROSECOND),
            b64decode(stated["state"], validate=True),
            bytes.fromhex(stated["previousHash"]),
            bytes.fromhex(stated["hash"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        raise MalformedLine("a field is missing or not what it should be") from None
    if event_line(event) != line:
        raise MalformedLine("it was rewritten")
    return event


def footer_line(
    events: int,
    head: tuple[int, str] | None,
    checkpoint: SignedCheckpoint | None,
    inclusion: "Inclusion | None",
) -> bytes:
    """Return the last line. `head` is the sequence number and the hash of the last event."""
    return line_of(
        {
            "kind": "footer",
            "events": events,
            "head": None if head is None else {"sequence": head[0], "hash": head[1]},
            "checkpoint": None if checkpoint is None else checkpoint.document(),
            "inclusion": None if inclusion is None else inclusion.document(),
        }
    )


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A Merkle proof: the position of an organization's head in the tree of a checkpoint, and the path to the root."""

    head: HeadLeaf
    index: int
    path: Sequence[bytes]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "sequence": self.head.org_sequence,
            "hash": self.head.hash.hex(),
            "index": self.index,
            "path": [step.hex() for step in self.path],
        }


def parse_inclusion(stated: dict[str, Any], organization_id: UUID) -> Inclusion:
    """Parse the output of `Inclusion.document`. Further fields are found when it is written again.

    Raises:
        KeyError, ValueError, TypeError, AttributeError, OverflowError: it is not such a document.
    """
    if any(type(stated[name]) is not int for name in ("sequence", "index")):
        raise TypeError
    head = HeadLeaf(organization_id, stated["sequence"], bytes.fromhex(stated["hash"]))
    return Inclusion(head, stated["index"], [bytes.fromhex(step) for step in stated["path"]])


def _id(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _rfc3339(microseconds: int) -> str:
    return (_EPOCH + microseconds * _MICROSECOND).isoformat(timespec="microseconds").replace("+00:00", "Z")
