"""All projections as one function of an event."""

from collections.abc import Callable
from typing import Final

from application.errors import ApplicationError
from application.projections.access_keys import ACCESS_KEYS
from application.projections.members import MEMBERS
from application.projections.models import MODELS
from application.projections.organizations import ORGANIZATIONS
from application.projections.providers import PROVIDERS
from application.projections.row_changes import LoggedEvent, RowChange, Table
from application.projections.webhooks import WEBHOOKS
from domain.upcasting import newest_facts

_ALL: Final = (ORGANIZATIONS, PROVIDERS, MODELS, ACCESS_KEYS, WEBHOOKS, MEMBERS)

TOPICS_OF: Final[dict[Table, frozenset[str]]] = {projection.table: projection.topics for projection in _ALL}
"""Which events make the rows of which table."""

_PROJECTIONS: Final[dict[str, Callable[[LoggedEvent], RowChange]]] = {
    topic: projection.project for projection in _ALL for topic in projection.topics
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
