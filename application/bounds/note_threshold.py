"""Record that a part of a budget was spent."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from application.access_keys.access_keys import AccessKeys
from application.bounds.caller_bounds import SubjectKind
from application.caller import Caller, acting_as
from application.errors import Conflict, NotFound, OrganizationRemoved
from application.ports.repositories import Organizations
from domain.access_key.aggregate import AccessKey
from domain.organization.aggregate import Organization

ACTOR: Final = "system:budgets"
_TRIES: Final = 5


async def note_threshold(
    organization_id: UUID,
    kind: SubjectKind,
    subject_id: UUID,
    percent: int,
    since: datetime | None,
    *,
    keys: AccessKeys,
    organizations: Organizations,
) -> None:
    """Record it on the access key or the organization; nothing where that was revoked or removed meanwhile.

    However often and by however many processes it is requested, it is recorded once for each budget and period.

    Raises:
        Unavailable: the database cannot be reached.
    """
    for _ in range(_TRIES):
        caller = Caller.of_service(organization_id, ACTOR)
        with acting_as(caller):
            try:
                if kind == "access-key":
                    key = await keys.get(subject_id)
                    key.note_threshold(percent, since=since)
                    with acting_as(_once(caller, key, percent, since)):
                        await keys.save(key)
                else:
                    organization = await organizations.get(subject_id)
                    organization.note_threshold(percent, since=since)
                    with acting_as(_once(caller, organization, percent, since)):
                        await organizations.save(organization)
            except Conflict:
                continue
            except (NotFound, OrganizationRemoved):
                return
            return


def _once(caller: Caller, subject: AccessKey | Organization, percent: int, since: datetime | None) -> Caller:
    """Return the caller with a command id derived from what is recorded: the log applies a command id once."""
    what = f"{percent} % of {subject.budget_usd} {subject.budget_period} since {since}"
    return replace(caller, command_id=uuid5(subject.id, what))
