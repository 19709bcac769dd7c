"""The rows of `members`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.projections.row_changes import LoggedEvent, RowChange

if TYPE_CHECKING:
    from collections.abc import Mapping

_COPIED: Final[Mapping[str, tuple[str, ...]]] = {
    "member.invited-again": (),
    "member.joined": ("person_id",),
    "member.role-changed": ("role",),
}

_GONE: Final = frozenset({"member.invitation-withdrawn", "member.left", "member.removed"})

TOPICS: Final = frozenset({"member.invited", *_GONE, *_COPIED})


def project_member(event: LoggedEvent) -> RowChange:
    """Return what the event does to its member's row."""
    aggregate_id, revision, topic, facts = event
    if topic in _GONE:
        return RowChange("members", "delete", aggregate_id, {})
    columns: dict[str, Any] = {"id": aggregate_id, "revision": revision}
    if topic == "member.invited":
        return RowChange("members", "insert", aggregate_id, {**columns, "role": facts["role"], "person_id": None})
    columns |= {name: facts[name] for name in _COPIED[topic]}
    return RowChange("members", "update", aggregate_id, columns)
