"""Prove an exported log with nothing but the file and the public key of the checkpoints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from application.verification.checkpoint_reader import is_signed
from application.verification.checkpoint_storage import Signatures
from application.verification.checkpoints import (
    Checkpoint,
    HeadLeaf,
    MalformedCheckpoint,
    SignedCheckpoint,
    signed_checkpoint,
)
from application.verification.export_format import (
    FORMAT,
    Inclusion,
    MalformedLine,
    document_of,
    footer_line,
    header_line,
    parse_event,
    parse_inclusion,
)
from application.verification.hash_chain import StoredEvent, genesis_hash, number, stored_hash
from application.verification.merkle_tree import root_by_path

_PROGRESS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportVerification:
    """What the file proves. `wrong_line` is the first line that is not right, and `message` says why.

    `vouched_sequence` is the last event that the checkpoint vouches for: of those after it only the chain is proved.
    """

    organization_id: UUID | None
    events: int
    vouched_sequence: int
    checkpoint: Checkpoint | None
    wrong_line: int | None
    message: str


def verify_export(
    lines: Iterable[bytes],
    public_key: bytes,
    *,
    signatures: Signatures,
    progress: Callable[[int], None] = lambda _: None,
) -> ExportVerification:
    """Return what the lines, each with its end, prove, without a query or a call."""
    check = _ExportCheck(public_key, signatures)
    line_number = 0
    try:
        for line_number, line in enumerate(lines, 1):
            check.take(line)
            if line_number % _PROGRESS == 0:
                progress(check.events)
        line_number += 1
        check.finish()
    except MalformedLine as error:
        return check.outcome(line_number, f"Line {line_number}: {error}.")
    return check.outcome(None, "")


class _ExportCheck:
    def __init__(self, public_key: bytes, signatures: Signatures) -> None:
        self.events = 0
        self._public_key = public_key
        self._signatures = signatures
        self._organization_id: UUID | None = None
        self._last: StoredEvent | None = None
        self._hashes = bytearray()
        self._vouched = 0
        self._checkpoint: Checkpoint | None = None
        self._is_over = False

    def take(self, line: bytes) -> None:
        if self._is_over:
            raise MalformedLine("it comes after the footer")
        if self._organization_id is None:
            self._organization_id = self._header(line)
        elif b'"kind":"footer"' in line:
            self._footer(line)
        else:
            self._event(parse_event(line, self._organization_id), self._organization_id)

    def finish(self) -> None:
        if not self._is_over:
            raise MalformedLine("the footer is missing: the file was cut off")

    def outcome(self, wrong_line: int | None, message: str) -> ExportVerification:
        return ExportVerification(
            organization_id=self._organization_id,
            events=self.events,
            vouched_sequence=self._vouched,
            checkpoint=self._checkpoint,
            wrong_line=wrong_line,
            message=message,
        )

    def _header(self, line: bytes) -> UUID:
        header = document_of(line, "header")
        if header.get("format") != FORMAT:
            raise MalformedLine(f"this is not the header of {FORMAT}")
        key_id = sha256(self._public_key).hexdigest()[:16]
        if header.get("publicKeyId") != key_id:
            raise MalformedLine(f"it names the key {header.get('publicKeyId')}, and the one given is {key_id}")
        try:
            organization_id = UUID(header["organizationId"])
        except (KeyError, ValueError, TypeError, AttributeError):
            raise MalformedLine("it names no organization") from None
        if header_line(organization_id, key_id) != line:
            raise MalformedLine("it was rewritten")
        return organization_id

    def _event(self, event: StoredEvent, organization_id: UUID) -> None:
        last = self._last
        previous = genesis_hash(organization_id) if last is None else last.hash
        if number(event.org_sequence) != self.events + 1:
            raise MalformedLine(f"event {self.events + 1} is expected here, not {number(event.org_sequence)}")
        if event.previous_hash != previous:
            raise MalformedLine("it does not follow the event before it")
        if stored_hash(event) != event.hash:
            raise MalformedLine("its content does not have the hash that was recorded")
        if last is not None and event.recorded_at < last.recorded_at:
            raise MalformedLine("it is dated before the event before it")
        self.events += 1
        self._hashes += event.hash
        self._last = event

    def _footer(self, line: bytes) -> None:
        footer = document_of(line, "footer")
        head = None if self._last is None else (self.events, self._last.hash.hex())
        stated = None if head is None else {"sequence": head[0], "hash": head[1]}
        if footer.get("events") != self.events or footer.get("head") != stated:
            raise MalformedLine("the head is not the last event: events are missing at the end")
        if footer.get("checkpoint") is None or footer.get("inclusion") is None:
            raise MalformedLine("no checkpoint vouches for the organization, so that only the chain is proved")
        try:
            signed = signed_checkpoint(footer["checkpoint"])
            inclusion = parse_inclusion(footer["inclusion"], self._organization_id or UUID(int=0))
            is_spelled_so = footer_line(self.events, head, signed, inclusion) == line
            leaf = inclusion.head.leaf
        except (MalformedCheckpoint, KeyError, ValueError, TypeError, AttributeError, OverflowError):
            raise MalformedLine("the proof is not whole") from None
        if not is_spelled_so:
            raise MalformedLine("it was rewritten")
        self._check_proof(signed, inclusion, leaf)
        self._is_over = True

    def _check_proof(self, signed: SignedCheckpoint, inclusion: Inclusion, leaf: bytes) -> None:
        if not is_signed(signed, self._signatures, self._public_key):
            raise MalformedLine("the checkpoint is not signed with the key given")
        size = signed.checkpoint.heads
        reached = root_by_path(leaf, inclusion.index, size, inclusion.path)
        if reached is None or reached.hex() != signed.checkpoint.root:
            raise MalformedLine("the inclusion proof does not lead to the root of the checkpoint")
        self._check_vouched(inclusion.head)
        self._vouched, self._checkpoint = inclusion.head.org_sequence, signed.checkpoint

    def _check_vouched(self, head: HeadLeaf) -> None:
        start = 32 * (head.org_sequence - 1)
        if start < 0 or self._hashes[start : start + 32] != head.hash:
            raise MalformedLine(
                f"the checkpoint saw another event {head.org_sequence}: the log was cut off or re-chained"
            )
