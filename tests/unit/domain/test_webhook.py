from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import InvalidValue
from domain.root import DecidedAfterRemoval
from domain.webhook.aggregate import Webhook
from domain.webhook.values import matches
from tests.builders import NOW, a_webhook
from tests.events import facts_of


def drained(webhook: Webhook) -> list[tuple[type, dict[str, object]]]:
    return [(type(event), facts_of(event)) for event in webhook.drain()]


def a_settled_webhook() -> Webhook:
    """Return a webhook whose registration is recorded."""
    webhook = a_webhook(topics=["model.*"])
    webhook.drain()
    return webhook


def test_a_webhook_is_registered_with_sorted_topics() -> None:
    webhook = Webhook.register(
        uuid4(),
        name=" On-call ",
        topics=["provider.*", "model.removed", "provider.*"],
        format="slack",
        host="hooks.slack.com",
        secret_hint="…abcd",
    )
    [(kind, facts)] = drained(webhook)
    assert kind is Webhook.Registered
    assert (facts["name"], facts["topics"]) == ("On-call", ["model.removed", "provider.*"])
    assert (facts["credential_version"], facts["is_enabled"]) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "https://hooks.slack.com/services/T0000000/B0000000/abcdefghijkl"},
        {"name": f"whsec_{'A' * 43}="},
        {"topics": []},
        {"topics": ["provider"]},
        {"topics": ["provider.*.x"]},
        {"topics": ["*.removed"]},
        {"topics": [f"model.{'a' * 100}"]},
        {"topics": ["*"] * 51},
        {"format": "xml"},
    ],
    ids=str,
)
def test_what_is_not_allowed_is_refused(wrong: dict[str, object]) -> None:
    facts = {"name": "W", "topics": ["*"], "format": "json", "host": "a.example", "secret_hint": "…abcd"}
    with pytest.raises(InvalidValue):
        Webhook.register(uuid4(), **facts | wrong)  # type: ignore[arg-type]


def test_what_is_unchanged_is_no_event() -> None:
    webhook = a_settled_webhook()
    webhook.rename(webhook.name)
    webhook.change_topics(webhook.topics)
    webhook.change_format(webhook.format)
    webhook.enable()
    assert drained(webhook) == []


def test_versions_of_what_is_sealed_only_grow() -> None:
    webhook = a_settled_webhook()
    webhook.replace_address("b.example")
    until = NOW + timedelta(hours=1)
    webhook.rotate_secret("…next", previous_valid_until=until)
    assert drained(webhook) == [
        (Webhook.AddressReplaced, {"host": "b.example", "credential_version": 2}),
        (
            Webhook.SecretRotated,
            {"credential_version": 3, "secret_hint": "…next", "previous_valid_until": until},
        ),
    ]


def test_the_service_switches_off_what_is_enabled() -> None:
    webhook = a_settled_webhook()
    for _ in range(2):
        webhook.switch_off(cause="timeout", attempts=3, failing_since=NOW, position=7)
    [(kind, facts)] = drained(webhook)
    assert (kind, facts["cause"], webhook.is_enabled) == (Webhook.SwitchedOff, "timeout", False)


def test_a_removed_webhook_cannot_be_changed() -> None:
    webhook = a_settled_webhook()
    webhook.remove()
    with pytest.raises(DecidedAfterRemoval):
        webhook.rename("Late")


@pytest.mark.parametrize(
    ("topic", "event_type", "expected"),
    [
        ("*", "model.removed", True),
        ("model.*", "model.removed", True),
        ("model.*", "models.removed", False),
        ("model.removed", "model.removed", True),
        ("model.removed", "model.renamed", False),
    ],
)
def test_a_topic_includes_events(topic: str, event_type: str, *, expected: bool) -> None:
    assert matches(topic, event_type) is expected
