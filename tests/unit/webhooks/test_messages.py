"""What receivers read."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.webhooks.messages import ReportedEvent, message_body, message_id, sentence
from application.webhooks.topics import refuse_unknown

AN_ID = UUID("7d0c6a52-5f0e-4d0b-9a53-2f3f2e1f6a05")
AT = datetime(2026, 12, 1, 8, 30, 0, 500000, tzinfo=UTC)


def an_event(topic: str, *, name: str | None = "X", reason: str | None = None, **facts: object) -> ReportedEvent:
    return ReportedEvent(
        position=7,
        topic=topic,
        aggregate_id=AN_ID,
        revision=2,
        facts=facts,
        name=name,
        actor="user-1",
        reason=reason,
        recorded_at=AT,
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (an_event("provider.health-changed", health_status="unhealthy", category="timeout"),
         "Provider “X” is unhealthy (timeout)."),
        (an_event("provider.health-changed", health_status="healthy", category="ok"), "Provider “X” is healthy."),
        (an_event("model.price-changed", input_per_1k=None, output_per_1k=None),
         "The price of Model “X” is not known any more."),
        (an_event("model.price-changed", input_per_1k="0.1", output_per_1k=None),
         "The price of Model “X” is now 0.1 USD for 1,000 input tokens."),
        (an_event("model.retirement-approaching", days=1, retires_on="2026-12-02"),
         "Model “X” retires on 2026-12-02, within a day."),
        (an_event("access-key.expiry-approaching", days=7, expires_at="2026-12-05T00:00:00+00:00"),
         "Access key “X” expires at 2026-12-05T00:00:00+00:00, within 7 days."),
        (an_event("organization.budget-threshold-reached", percent=80, budget_usd="12.5", budget_period="month"),
         "Organization “X” has spent 80 % of its budget of 12.5 USD a month."),
        (an_event("webhook.switched-off", cause="No answer."),
         "Webhook “X” was switched off, because a message could not be delivered: No answer."),
        (an_event("model.removed", name=None, reason="A merger"),
         f"Model {AN_ID}: removed, by user-1. Reason: A merger"),
        (an_event("provider.renamed", name="<b> & co"), "Provider “&lt;b&gt; &amp; co”: renamed, by user-1."),
    ],
    ids=lambda value: value.topic if isinstance(value, ReportedEvent) else "",
)  # fmt: skip
def test_a_sentence_is_for_people(event: ReportedEvent, expected: str) -> None:
    assert sentence(event) == expected


def test_a_message_holds_what_the_log_holds() -> None:
    body = json.loads(message_body(an_event("provider.renamed", reason="A merger"), AN_ID, "json"))
    assert body == {
        "type": "provider.renamed",
        "timestamp": "2026-12-01T08:30:00.500000Z",
        "data": {
            "organizationId": str(AN_ID),
            "position": 7,
            "aggregateId": str(AN_ID),
            "revision": 2,
            "name": "X",
            "actor": "user-1",
            "reason": "A merger",
            "facts": {},
        },
    }


def test_a_message_has_one_id_whenever_it_is_sent() -> None:
    assert message_id(AN_ID, 7) == message_id(AN_ID, 7)
    assert len({message_id(AN_ID, 7), message_id(AN_ID, 8), message_id(UUID(int=1), 7)}) == 3


def test_every_topic_of_the_documentation_is_known() -> None:
    refuse_unknown(["*", "provider.*", "model.retirement-approaching", "access-key.expiry-approaching"])
