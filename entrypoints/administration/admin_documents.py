"""What came of administrators' work, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from application.commands.rotate_master_key import Rotated
    from application.ports.jobs import Job
    from application.ports.projections import Comparison, Differences, ProjectionStatus
    from application.queries.list_master_keys import MasterKeyStatus

Document = dict[str, Any]


def comparison_document(comparison: Comparison) -> Document:
    """Return what a rebuild or a verification found."""
    return {
        "organizations": comparison.organizations,
        "unchanged": comparison.unchanged,
        "events": comparison.events,
        "data": [
            {"name": table.name, "rows": table.rows, "differences": _differences(table.differences)}
            for table in comparison.tables
        ],
        "unreadable": {
            "count": comparison.unreadable.count,
            "first": [
                {
                    "organizationId": str(event.organization_id),
                    "id": str(event.row_id),
                    "position": event.org_sequence,
                    "type": event.topic,
                    "reason": event.reason,
                }
                for event in comparison.unreadable.first
            ],
        },
        "longestLockMs": round(comparison.longest_lock_ms, 1),
    }


def rotated_document(rotated: Rotated) -> Document:
    """Return what a rotation did."""
    return {
        "activeId": rotated.active_id,
        "rewrapped": rotated.rewrapped,
        "unreadable": [
            {"organizationId": str(organization_id), "providerId": str(provider_id)}
            for organization_id, provider_id in rotated.unreadable
        ],
        "left": rotated.left,
    }


def status_document(status: ProjectionStatus) -> Document:
    """Return how a projection stands."""
    return {
        "name": status.name,
        "position": status.events,
        "rows": status.rows,
        "organizations": status.organizations,
        "proved": status.proved,
        "rebuiltAt": status.rebuilt_at,
    }


def key_document(status: MasterKeyStatus) -> Document:
    """Return how a master key stands."""
    return {
        "id": status.id,
        "isActive": status.is_active,
        "isGiven": status.is_given,
        "isKnown": status.is_known,
        "credentials": status.credentials,
        "isRemovable": status.is_removable,
    }


def job_document(job: Job) -> Document:
    """Return a job."""
    return {
        "id": job.id,
        "kind": job.order.kind,
        "projection": job.order.subject,
        "organizationId": job.order.organization_id,
        "state": job.state,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "result": job.result,
        "error": job.error,
        "requestedBy": job.order.requested_by,
        "requestId": job.order.correlation_id,
        "reason": job.order.reason,
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "finishedAt": job.finished_at,
    }


def _differences(differences: Differences) -> Document:
    return {
        "count": differences.count,
        "first": [
            {
                "organizationId": str(difference.organization_id),
                "id": str(difference.row_id),
                "kind": difference.kind,
                "fields": list(difference.fields),
            }
            for difference in differences.first
        ],
    }
