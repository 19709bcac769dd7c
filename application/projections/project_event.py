"""All projections as one function of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.errors import ApplicationError
from application.projections import access_keys, members, models, organizations, providers, webhooks
from domain.upcasting import newest_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.projections.row_changes import LoggedEvent, RowChange, Table

TOPICS_OF: Final[dict[Table, frozenset[str]]] = {
    "organizations": organizations.TOPICS,
    "ai_providers": providers.TOPICS,
    "ai_models": models.TOPICS,
    "access_keys": access_keys.TOPICS,
    "webhooks": webhooks.TOPICS,
    "members": members.TOPICS,
}
"""Which events make the rows of which table."""

_PROJECTIONS: Final[dict[str, Callable[[LoggedEvent], RowChange]]] = {
    **dict.fromkeys(providers.TOPICS, providers.project_provider),
    **dict.fromkeys(models.TOPICS, models.project_model),
    **dict.fromkeys(organizations.TOPICS, organizations.project_organization),
    **dict.fromkeys(access_keys.TOPICS, access_keys.project_access_key),
    **dict.fromkeys(webhooks.TOPICS, webhooks.project_webhook),
    **dict.fromkeys(members.TOPICS, members.project_member),
}

TOPICS: Final = frozenset(_PROJECTIONS)


class UnknownEventType(ApplicationError):
    """The log holds an event that this version of Modelbook does not know."""

    code = "unknown-event-type"


def project(event: LoggedEvent) -> RowChange:
    """Return the row change that the event means, whatever version of its type was current when it was logged.

    Raises:
        UnknownEventType: no projection knows its topic.
    """
    projection = _PROJECTIONS.get(event.topic)
    if projection is None:
        raise UnknownEventType(f"{UnknownEventType.__doc__} Its topic is {event.topic}.")
    facts = newest_facts(event.topic, event.facts)
    return projection(event if facts is event.facts else event._replace(facts=facts))
