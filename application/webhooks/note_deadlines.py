"""Record that a model retires soon, or that an access key expires soon: each once for each number of days."""

from collections.abc import Sequence

from application.access_keys.access_keys import AccessKeys
from application.caller import Caller, acting_as
from application.errors import ApplicationError, Unavailable
from application.ports.repositories import Models
from application.webhooks.concurrent_deliveries import ACTOR
from application.webhooks.outbox import Deadline


async def note_deadlines(deadlines: Sequence[Deadline], *, models: Models, keys: AccessKeys) -> None:
    """Record the deadlines in the log. What could not be recorded is found again, as it is then."""
    for deadline in deadlines:
        caller = Caller(
            organization_id=deadline.organization_id,
            actor=ACTOR,
            command_id=deadline.command_id,
            correlation_id=f"deadline-{deadline.command_id.hex}",
        )
        with acting_as(caller):
            try:
                await _note(deadline, models, keys)
            except ApplicationError as error:
                # For a single organization it says nothing about the others.
                if type(error) is Unavailable:
                    return


async def _note(deadline: Deadline, models: Models, keys: AccessKeys) -> None:
    if deadline.retires_on is not None:
        model = await models.get(deadline.subject_id)
        model.note_retirement(deadline.days, deadline.retires_on.isoformat())
        await models.save(model)
    elif deadline.expires_at is not None:
        key = await keys.get(deadline.subject_id)
        key.note_expiry(deadline.days, deadline.expires_at)
        await keys.save(key)
