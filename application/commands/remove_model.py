"""Remove a model."""

from dataclasses import dataclass
from uuid import UUID

from application.policies.newest_revision import change_newest
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from domain.model.aggregate import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveModel:
    """Use the model no longer. Editors and administrators; its history stays in the log."""

    model_id: UUID
    expected_revision: int | None = None


async def remove_model(command: RemoveModel, *, models: Models) -> Recorded:
    """Return the model's last revision.

    Raises:
        ModelNotFound: the organization has no such model.
        StaleRevision: its revision is not the expected one.
        Conflict: other commands changed it at the same time, too often.
    """
    return await change_newest(models, command.model_id, Model.remove, expected_revision=command.expected_revision)
