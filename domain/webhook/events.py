"""The events of a webhook. Its address and its secrets are in none of them: they hold the host and the secret's end."""

from datetime import datetime

from eventsourcing.domain import AggregateCreated

from domain.root import Root


class Registered(Root.Event, AggregateCreated):
    """The webhook was made. `credential_version` is that of the sealed address and secret."""

    TOPIC = "webhook.registered"
    name: str
    topics: list[str]
    format: str
    host: str
    credential_version: int
    secret_hint: str
    is_enabled: bool


class Renamed(Root.Event):
    """The webhook was renamed."""

    TOPIC = "webhook.renamed"
    name: str


class TopicsChanged(Root.Event):
    """The webhook is notified of other events."""

    TOPIC = "webhook.topics-changed"
    topics: list[str]


class FormatChanged(Root.Event):
    """Messages are written in another format."""

    TOPIC = "webhook.format-changed"
    format: str


class AddressReplaced(Root.Event):
    """Messages go to another address, at this host."""

    TOPIC = "webhook.address-replaced"
    host: str
    credential_version: int


class SecretRotated(Root.Event):
    """Messages are signed with a new secret, and until `previous_valid_until` with the one before it too."""

    TOPIC = "webhook.secret-rotated"
    credential_version: int
    secret_hint: str
    previous_valid_until: datetime | None


class Enabled(Root.Event):
    """The webhook is notified of events from now on."""

    TOPIC = "webhook.enabled"


class Disabled(Root.Event):
    """The webhook is notified of nothing until it is enabled."""

    TOPIC = "webhook.disabled"


class SwitchedOff(Root.Event):
    """The service disabled the webhook, because a message could not be delivered.

    `cause` is what went wrong last, `failing_since` when that message was first tried, and `position` the event that
    it was about.
    """

    TOPIC = "webhook.switched-off"
    cause: str
    attempts: int
    failing_since: datetime
    position: int


class Removed(Root.Event):
    """The webhook was removed, and its address and secrets destroyed."""

    TOPIC = "webhook.removed"
