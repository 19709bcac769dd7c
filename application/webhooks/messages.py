"""The message that a receiver gets about an event: JSON, or a sentence for Slack."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from domain.webhook.values import Format

_KINDS: Final = {
    "provider": "Provider",
    "model": "Model",
    "access-key": "Access key",
    "organization": "Organization",
    "webhook": "Webhook",
    "member": "Member",
}
_PERIODS: Final = {"day": "a day", "week": "a week", "month": "a month", "total": "in all"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """An event to send. `facts` are those of the log, `name` is that of its aggregate now, None: it has none.

    `position` is None for a test, which the log does not hold.
    """

    position: int | None
    topic: str
    aggregate_id: UUID
    revision: int | None
    facts: Mapping[str, Any]
    name: str | None
    actor: str
    reason: str | None
    recorded_at: datetime


def message_id(webhook_id: UUID, position: int) -> UUID:
    """Return the id of the message about an event to a webhook: the same one in every attempt."""
    return uuid5(webhook_id, str(position))


def message_body(event: ReportedEvent, organization_id: UUID, written: Format) -> bytes:
    """Return the body of the message in a webhook's format."""
    document = {"text": sentence(event)} if written == "slack" else _document(event, organization_id)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def sentence(event: ReportedEvent) -> str:
    """Return the event as a person reads it, with the three characters escaped that mean something to Slack."""
    kind = event.topic.partition(".")[0]
    subject = (
        f"{_KINDS.get(kind, kind)} “{event.name}”" if event.name else f"{_KINDS.get(kind, kind)} {event.aggregate_id}"
    )
    to_sentence = _SENTENCES.get(event.topic, _anything)
    return _escaped(f"{to_sentence(subject, event)}{f' Reason: {event.reason}' if event.reason else ''}")


def _document(event: ReportedEvent, organization_id: UUID) -> Mapping[str, Any]:
    return {
        "type": event.topic,
        "timestamp": event.recorded_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "organizationId": str(organization_id),
            "position": event.position,
            "aggregateId": str(event.aggregate_id),
            "revision": event.revision,
            "name": event.name,
            "actor": event.actor,
            "reason": event.reason,
            "facts": event.facts,
        },
    }


def _health(subject: str, event: ReportedEvent) -> str:
    status, category = event.facts["health_status"], event.facts["category"]
    return f"{subject} is {status}." if status == "healthy" else f"{subject} is {status} ({category})."


def _price(subject: str, event: ReportedEvent) -> str:
    given, returned = (event.facts[name] for name in ("input_per_1k", "output_per_1k"))
    if given is None and returned is None:
        return f"The price of {subject} is not known any more."
    prices = [f"{usd} USD for 1,000 {kind} tokens" for usd, kind in ((given, "input"), (returned, "output")) if usd]
    return f"The price of {subject} is now {' and '.join(prices) or 'nothing'}."


def _budget(subject: str, event: ReportedEvent) -> str:
    facts = event.facts
    period = _PERIODS.get(facts["budget_period"], facts["budget_period"])
    return f"{subject} has spent {facts['percent']} % of its budget of {facts['budget_usd']} USD {period}."


def _retirement(subject: str, event: ReportedEvent) -> str:
    return f"{subject} retires on {event.facts['retires_on']}, {_within(event)}."


def _expiry(subject: str, event: ReportedEvent) -> str:
    return f"{subject} expires at {event.facts['expires_at']}, {_within(event)}."


def _switched_off(subject: str, event: ReportedEvent) -> str:
    return f"{subject} was switched off, because a message could not be delivered: {event.facts['cause']}"


def _test(subject: str, _: ReportedEvent) -> str:
    return f"This is a test of {subject}."


def _within(event: ReportedEvent) -> str:
    days = event.facts["days"]
    return "within a day" if days == 1 else f"within {days} days"


def _anything(subject: str, event: ReportedEvent) -> str:
    return f"{subject}: {event.topic.partition('.')[2].replace('-', ' ')}, by {event.actor}."


_SENTENCES: Final[Mapping[str, Callable[[str, ReportedEvent], str]]] = {
    "provider.health-changed": _health,
    "model.price-changed": _price,
    "model.retirement-approaching": _retirement,
    "access-key.expiry-approaching": _expiry,
    "access-key.budget-threshold-reached": _budget,
    "organization.budget-threshold-reached": _budget,
    "webhook.switched-off": _switched_off,
    "webhook.test": _test,
}


def _escaped(text: str) -> str:
    """Source: docs.slack.dev/messaging/formatting-message-text, "Escaping text"."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
