"""The rows of `organizations`."""

from __future__ import annotations

from typing import Final

from application.projections.row_changes import LoggedEvent, RowChange

_COPIED: Final[dict[str, tuple[str, ...]]] = {
    "organization.registered": ("name",),
    "organization.renamed": ("name",),
    "organization.limits-changed": ("quotas",),
    "organization.budget-changed": ("budget_usd", "budget_period"),
    "organization.budget-threshold-reached": (),
    "organization.restored": (),
}

TOPICS: Final = frozenset({"organization.removed", *_COPIED})


def project_organization(event: LoggedEvent) -> RowChange:
    """Return what the event does to its organization's row, which the organization's first write has made."""
    if event.topic == "organization.removed":
        return RowChange("organizations", "delete", event.aggregate_id, {})
    columns = {"id": event.aggregate_id} | {name: event.facts[name] for name in _COPIED[event.topic]}
    return RowChange("organizations", "update", event.aggregate_id, columns)
