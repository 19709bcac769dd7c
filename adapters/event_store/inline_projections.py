"""Inline projections: the row changes that an append makes in its own transaction."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from eventsourcing.persistence import StoredEvent

from application.access_keys.access_keys import SecretDigest
from application.members.members import MemberDocument
from application.ports.vault import SealedCredential
from application.projections.project_event import project
from application.projections.row_changes import LoggedEvent, RowChange, net_changes

Projector = Callable[[StoredEvent], RowChange | None]


def inline_changes(projector: Projector, events: Sequence[StoredEvent]) -> bytes | None:
    """Return the net row changes of the events, in the JSON that `apply_changes` takes."""
    changes = []
    for event in events:
        change = projector(event)
        if change is not None:
            changes.append(change)
    document: dict[str, dict[str, list[Any]]] = {}
    for change in net_changes(changes).values():
        entries = document.setdefault(change.table, {}).setdefault(change.operation, [])
        entries.append(change.row_id if change.operation == "delete" else change.columns)
    return orjson.dumps(document) if document else None


def projected(event: StoredEvent) -> RowChange:
    """Return the row changes of a stored event."""
    facts = orjson.loads(event.state)
    return project(LoggedEvent(str(event.originator_id), event.originator_version, event.topic, facts))


def sealed_document(
    sealed: Sequence[SealedCredential],
    digests: Sequence[SecretDigest] = (),
    documents: Sequence[MemberDocument] = (),
) -> bytes | None:
    """Return sealed keys, digests of access keys' secrets, and what is kept of members, as JSON."""
    if not sealed and not digests and not documents:
        return None
    columns: list[dict[str, Any]] = [_sealed_columns(credential) for credential in sealed]
    columns += [_digest_columns(each) for each in digests]
    columns += [_member_columns(each) for each in documents]
    return orjson.dumps(columns)


def _member_columns(document: MemberDocument) -> dict[str, Any]:
    member_id = None if document.member_id is None else str(document.member_id)
    return {**document.facts, "member_document": document.kind, "member_id": member_id}


def _digest_columns(secret: SecretDigest) -> dict[str, str | int]:
    return {
        "key_id": str(secret.key_id),
        "version": secret.version,
        "digest": b64encode(secret.digest).decode("ascii"),
    }


def _sealed_columns(credential: SealedCredential) -> dict[str, str | int]:
    return {
        "provider_id": str(credential.binding.provider_id),
        "version": credential.binding.version,
        "origin": credential.binding.origin,
        "hint": credential.hint,
        "ciphertext": b64encode(credential.ciphertext).decode("ascii"),
        "nonce": b64encode(credential.nonce).decode("ascii"),
        "wrapped_key": b64encode(credential.wrapped_key).decode("ascii"),
        "wrap_nonce": b64encode(credential.wrap_nonce).decode("ascii"),
        "master_key_id": credential.master_key_id,
    }
