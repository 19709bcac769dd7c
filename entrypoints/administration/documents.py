"""What came of administrators' work, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.commands.rebuild_projection import Rebuilt
    from application.commands.roll_back_projection import RolledBack
    from application.commands.rotate_master_key import Rotated
    from application.ports.jobs import Job
    from application.ports.read_tables import Differences, Mended, ProjectionStatus, Swapped
    from application.queries.master_keys import MasterKeyStatus
    from application.queries.verify_projection import Verified

Document = dict[str, Any]


def rebuilt_document(rebuilt: Rebuilt) -> Document:
    """Return what a rebuild did."""
    return {
        "name": rebuilt.name,
        "events": rebuilt.events,
        "rows": rebuilt.rows,
        "corrected": _differences(rebuilt.corrected),
        "swap": _swap(rebuilt.swapped),
        "orphans": rebuilt.orphans,
    }


def rolled_back_document(rolled_back: RolledBack) -> Document:
    """Return what going back did."""
    return {
        "name": rolled_back.name,
        "differing": _differences(rolled_back.differing),
        "swap": _swap(rolled_back.swapped),
        "orphans": rolled_back.orphans,
    }


def mended_document(mended: Sequence[Mended]) -> Document:
    """Return what mending an organization did."""
    return {"tables": [{"name": each.name, "removed": each.removed, "restored": each.restored} for each in mended]}


def verified_document(verified: Verified) -> Document:
    """Return what a verification found."""
    return {
        "name": verified.name,
        "position": verified.position,
        "events": verified.events,
        "rows": verified.rows,
        "differences": _differences(verified.differences),
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
        "position": status.position,
        "rows": status.rows,
        "rebuiltAt": status.swapped_at,
        "rebuiltPosition": status.swapped_position,
        "hasPrevious": status.has_previous,
        "hasLeftover": status.has_leftover,
        "isPlanned": status.is_planned,
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


def _swap(swapped: Swapped) -> Document:
    return {
        "position": swapped.position,
        "milliseconds": round(swapped.milliseconds, 1),
        "attempts": swapped.attempts,
    }
