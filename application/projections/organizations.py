"""The rows of `organizations`."""

from __future__ import annotations

from typing import Final

from application.projections.row_changes import LoggedEvent, RowChange

TOPICS: Final = frozenset(
    {"organization.registered", "organization.renamed", "organization.removed", "organization.restored"}
)


def project_organization(event: LoggedEvent) -> RowChange:
    """Return what the event does to its organization's row, which the organization's first write has made."""
    if event.topic == "organization.removed":
        return RowChange("organizations", "delete", event.aggregate_id, {})
    if event.topic == "organization.restored":
        return RowChange("organizations", "update", event.aggregate_id, {"id": event.aggregate_id})
    columns = {"id": event.aggregate_id, "name": event.facts["name"]}
    return RowChange("organizations", "update", event.aggregate_id, columns)
