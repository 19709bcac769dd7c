"""The Webhook aggregate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from eventsourcing.domain import event

from domain.names import checked_name
from domain.root import Removable, Root, Switchable
from domain.webhook import events
from domain.webhook.values import checked_format, checked_topics


class Webhook(Root, Switchable, Removable):
    """A receiver that is notified of events. Invariant: versions of its sealed address and secret only grow."""

    TOPIC = "webhook"

    Registered = events.Registered
    Renamed = events.Renamed
    TopicsChanged = events.TopicsChanged
    FormatChanged = events.FormatChanged
    AddressReplaced = events.AddressReplaced
    SecretRotated = events.SecretRotated
    Enabled = events.Enabled
    Disabled = events.Disabled
    SwitchedOff = events.SwitchedOff
    Removed = events.Removed

    @classmethod
    def register(
        cls,
        webhook_id: UUID,
        *,
        name: str,
        topics: Sequence[str],
        format: str,  # noqa: A002 - the field's name in the contract
        host: str,
        secret_hint: str,
        is_enabled: bool = True,
    ) -> Self:
        """Make the webhook. Its first address and secret are version 1.

        Raises:
            InvalidValue: a value is outside what its field allows.
        """
        return cls._create(
            cls.Registered,
            id=webhook_id,
            name=checked_name(name),
            topics=checked_topics(topics),
            format=checked_format(format),
            host=host,
            credential_version=1,
            secret_hint=secret_hint,
            is_enabled=is_enabled,
        )

    @event(Registered)
    def __init__(
        self,
        name: str,
        topics: list[str],
        format: str,  # noqa: A002
        host: str,
        credential_version: int,
        secret_hint: str,
        is_enabled: bool,
    ) -> None:
        self.name = name
        self.topics = topics
        self.format = format
        self.host = host
        self.credential_version = credential_version
        self.secret_hint = secret_hint
        self.previous_valid_until: datetime | None = None
        self.is_enabled = is_enabled

    @property
    def next_credential_version(self) -> int:
        """The version of the next address or secret. Versions are never reused."""
        return self.credential_version + 1

    def rename(self, name: str) -> None:
        """Rename the webhook. No event if the name is unchanged."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def change_topics(self, topics: Sequence[str]) -> None:
        """Replace the topics. No event if they are unchanged."""
        checked = checked_topics(topics)
        if checked != self.topics:
            self._topics_changed(topics=checked)

    def change_format(self, format: str) -> None:  # noqa: A002
        """Write messages in another format. No event if it is unchanged."""
        checked = checked_format(format)
        if checked != self.format:
            self._format_changed(format=checked)

    def replace_address(self, host: str) -> None:
        """Send messages to another address, which is at this host. The secret stays."""
        self._address_replaced(host=host, credential_version=self.next_credential_version)

    def rotate_secret(self, hint: str, *, previous_valid_until: datetime | None) -> None:
        """Sign with a new secret, and with the one before it until the given time, none: no longer."""
        self._secret_rotated(
            credential_version=self.next_credential_version,
            secret_hint=hint,
            previous_valid_until=previous_valid_until,
        )

    def switch_off(self, *, cause: str, attempts: int, failing_since: datetime, position: int) -> None:
        """Disable the webhook because a message could not be delivered. No event if it is disabled."""
        if self.is_enabled:
            self._switched_off(cause=cause, attempts=attempts, failing_since=failing_since, position=position)

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(TopicsChanged)
    def _topics_changed(self, topics: list[str]) -> None:
        self.topics = topics

    @event(FormatChanged)
    def _format_changed(self, format: str) -> None:  # noqa: A002
        self.format = format

    @event(AddressReplaced)
    def _address_replaced(self, host: str, credential_version: int) -> None:
        self.host = host
        self.credential_version = credential_version

    @event(SecretRotated)
    def _secret_rotated(self, credential_version: int, secret_hint: str, previous_valid_until: datetime | None) -> None:
        self.credential_version = credential_version
        self.secret_hint = secret_hint
        self.previous_valid_until = previous_valid_until

    @event(Enabled)
    def _enabled(self) -> None:
        self.is_enabled = True

    @event(Disabled)
    def _disabled(self) -> None:
        self.is_enabled = False

    @event(SwitchedOff)
    def _switched_off(
        self,
        cause: str,  # noqa: ARG002 - only the event has it, as with the others
        attempts: int,  # noqa: ARG002
        failing_since: datetime,  # noqa: ARG002
        position: int,  # noqa: ARG002
    ) -> None:
        self.is_enabled = False

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
