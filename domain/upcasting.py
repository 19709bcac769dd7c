"""Upcasts the facts of old events to the newest version of their event class.

An event class that changes gets a higher `class_version` and a static method `upcast_v1_v2` that changes the old facts
in place; events in the log stay as they are.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.access_key.aggregate import AccessKey
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.root import Root
from domain.webhook.aggregate import Webhook

_EVENTS: Final[dict[str, type]] = {
    member.TOPIC: member
    for aggregate in (AccessKey, Member, Model, Organization, Provider, Webhook)
    for member in vars(aggregate).values()
    if isinstance(member, type) and issubclass(member, Root.Event) and hasattr(member, "TOPIC")
}

_CHANGED: Final = {topic: event for topic, event in _EVENTS.items() if getattr(event, "class_version", 1) > 1}


def newest_facts(topic: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts of a logged event in its newest version. Facts of an unknown topic are returned unchanged."""
    event_class = _CHANGED.get(topic)
    return facts if event_class is None else upcast(event_class, facts)


def upcast(event_class: type, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts in the newest version of the event class."""
    newest = getattr(event_class, "class_version", 1)
    if newest == 1:
        return facts
    raised = dict(facts)
    for version in range(raised.pop("class_version", 1), newest):
        getattr(event_class, f"upcast_v{version}_v{version + 1}")(raised)
    return raised
