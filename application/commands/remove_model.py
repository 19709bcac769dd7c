"""Remove a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.policies.newest_revision import on_newest

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.repositories import Models
    from application.recorded_revision import Recorded


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

    async def change() -> Recorded:
        model = await models.get(command.model_id, expected_revision=command.expected_revision)
        model.remove()
        return await models.save(model)

    return await on_newest(change)
