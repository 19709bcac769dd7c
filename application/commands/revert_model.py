"""Bring a model back to how it was."""

from dataclasses import dataclass
from uuid import UUID

from application.policies.check_reverts import check_revision, reverting
from application.policies.newest_revision import on_newest
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from domain.model.aggregate import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertModel:
    """Make all that can be written of a model what it was at a revision. Editors and administrators."""

    model_id: UUID
    to_revision: int
    expected_revision: int | None = None


async def revert_model(command: RevertModel, *, models: Models) -> Recorded:
    """Return the model's revision afterwards, the old one when it is as it was already.

    Raises:
        ModelNotFound: there is no such model, or it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: other commands changed it at the same time, too often.
        InvalidInput: there is no such revision.
    """

    async def change() -> Recorded:
        model = await models.get(command.model_id, expected_revision=command.expected_revision)
        check_revision(model, command.to_revision)
        _take_back(model, await models.get_at(command.model_id, command.to_revision))
        with reverting(command.to_revision):
            return await models.save(model)

    return await on_newest(change)


def _take_back(model: Model, earlier: Model) -> None:
    """Decide what differs; a value that comes back has the source it had."""
    sources = earlier.sources
    model.rename(earlier.name, sources=sources)
    model.reconfigure(version=earlier.version_label, config=earlier.config, sources=sources)
    model.change_capabilities(earlier.type, earlier.capabilities, sources=sources)
    model.change_price(earlier.price)
    model.change_limits(earlier.limits, sources=sources)
    model.enable() if earlier.is_enabled else model.disable()
