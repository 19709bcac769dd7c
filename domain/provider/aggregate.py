"""The Provider aggregate."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import AggregateCreated, event

from domain.checked_documents import checked_document, checked_label
from domain.names import checked_name
from domain.provider.errors import CredentialRequired, ExtraHeadersRequired
from domain.provider.values import Endpoint, NewCredential
from domain.root import Removable, Root, Switchable


class Provider(Root, Switchable, Removable):
    """An organization's account with an AI provider. Invariant: its secrets are bound to one account of an endpoint.

    The secrets are an API key and the values of extra headers; events hold the key's hint and the headers' names.
    """

    TOPIC = "provider"

    class Registered(Root.Event, AggregateCreated):
        TOPIC = "provider.registered"
        name: str
        provider_type: str
        endpoint: str
        origin: str
        settings: dict[str, Any]
        is_enabled: bool
        credential_version: int
        credential_hint: str | None

    class Renamed(Root.Event):
        TOPIC = "provider.renamed"
        name: str

    class EndpointChanged(Root.Event):
        TOPIC = "provider.endpoint-changed"
        endpoint: str
        origin: str

    class SettingsChanged(Root.Event):
        TOPIC = "provider.settings-changed"
        settings: dict[str, Any]

    class CredentialReplaced(Root.Event):
        TOPIC = "provider.credential-replaced"
        credential_version: int
        credential_hint: str

    class CredentialRemoved(Root.Event):
        TOPIC = "provider.credential-removed"
        credential_version: int

    class ExtraHeadersChanged(Root.Event):
        TOPIC = "provider.extra-headers-changed"
        extra_headers: list[str]
        extra_headers_version: int

    class Enabled(Root.Event):
        TOPIC = "provider.enabled"

    class Disabled(Root.Event):
        TOPIC = "provider.disabled"

    class HealthChanged(Root.Event):
        TOPIC = "provider.health-changed"
        health_status: str
        category: str

    class Removed(Root.Event):
        TOPIC = "provider.removed"

    @classmethod
    def register(
        cls,
        provider_id: UUID,
        *,
        name: str,
        provider_type: str,
        endpoint: Endpoint,
        settings: dict[str, Any],
        credential: NewCredential | None,
        extra_headers: Sequence[str] = (),
        is_enabled: bool = True,
    ) -> Self:
        """Register the provider. Its first API key, if any, is version 1, and so are its extra headers.

        Raises:
            InvalidValue: a value is outside what its field allows.
        """
        provider = cls._create(
            cls.Registered,
            id=provider_id,
            name=checked_name(name),
            provider_type=checked_label("providerType", provider_type),
            endpoint=endpoint.url,
            origin=endpoint.origin,
            settings=checked_document("settings", settings),
            is_enabled=is_enabled,
            credential_version=1 if credential else 0,
            credential_hint=credential.hint if credential else None,
        )
        provider.change_extra_headers(extra_headers)
        return provider

    @event(Registered)
    def __init__(
        self,
        name: str,
        provider_type: str,
        endpoint: str,
        origin: str,
        settings: dict[str, Any],
        is_enabled: bool,
        credential_version: int,
        credential_hint: str | None,
    ) -> None:
        self.name = name
        self.provider_type = provider_type
        self.endpoint = endpoint
        self.origin = origin
        self.settings = settings
        self.is_enabled = is_enabled
        self.credential_version = credential_version
        self.credential_hint = credential_hint
        self.extra_headers: list[str] = []
        self.extra_headers_version = 0
        self.health_status = "unknown"

    @property
    def has_credential(self) -> bool:
        """Whether the provider has an API key."""
        return self.credential_hint is not None

    @property
    def next_credential_version(self) -> int:
        """The version of the next API key. Versions are never reused."""
        return self.credential_version + 1

    @property
    def has_secrets(self) -> bool:
        """Whether the provider has an API key or extra headers."""
        return self.has_credential or bool(self.extra_headers)

    @property
    def secrets_version(self) -> int:
        """The version of key and extra headers together, which are sealed as one. Versions are never reused."""
        return self.credential_version + self.extra_headers_version

    def changes_account(self, endpoint: Endpoint) -> bool:
        """Return whether the endpoint leads to another account, which must not be sent the secrets of this one."""
        if endpoint.origin != self.origin:
            return True
        return endpoint.is_account_in_path and endpoint.url != self.endpoint

    def rename(self, name: str) -> None:
        """Rename the provider. No event if the name is unchanged."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def move(
        self, endpoint: Endpoint, credential: NewCredential | None, extra_headers: Sequence[str] | None = None
    ) -> None:
        """Change the endpoint, and replace the API key and the extra headers if new ones are given.

        Raises:
            CredentialRequired: the account changes, the provider has an API key, and no new key is given.
            ExtraHeadersRequired: the account changes, the provider has extra headers, and none are given.
        """
        if self.changes_account(endpoint):
            if self.has_credential and credential is None:
                raise CredentialRequired
            if self.extra_headers and extra_headers is None:
                raise ExtraHeadersRequired
        if endpoint.url != self.endpoint:
            self._endpoint_changed(endpoint=endpoint.url, origin=endpoint.origin)
        if credential is not None:
            self.replace_credential(credential)
        if extra_headers is not None:
            self.change_extra_headers(extra_headers)

    def replace_credential(self, credential: NewCredential) -> None:
        """Replace the API key."""
        self._credential_replaced(credential_version=self.next_credential_version, credential_hint=credential.hint)

    def remove_credential(self) -> None:
        """Remove the API key. No event if there is none."""
        if self.has_credential:
            # What stays is sealed again: what was sealed with the key must not count as current any more.
            version = self.next_credential_version if self.extra_headers else self.credential_version
            self._credential_removed(credential_version=version)

    def change_extra_headers(self, names: Sequence[str]) -> None:
        """Replace the extra headers. No event if there were none and are none: whether values differ is not known."""
        if names or self.extra_headers:
            self._extra_headers_changed(extra_headers=list(names), extra_headers_version=self.extra_headers_version + 1)

    def change_settings(self, settings: dict[str, Any]) -> None:
        """Replace all settings. No event if they are unchanged.

        Raises:
            InvalidValue: the settings are not valid JSON for events.
        """
        if settings != self.settings:
            self._settings_changed(settings=checked_document("settings", settings))

    def record_health(self, status: str, category: str) -> None:
        """Record the health status. No event if the status is unchanged."""
        if status != self.health_status:
            self._health_changed(health_status=status, category=category)

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(EndpointChanged)
    def _endpoint_changed(self, endpoint: str, origin: str) -> None:
        self.endpoint = endpoint
        self.origin = origin
        self._forget_health()

    @event(SettingsChanged)
    def _settings_changed(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    @event(CredentialReplaced)
    def _credential_replaced(self, credential_version: int, credential_hint: str) -> None:
        self.credential_version = credential_version
        self.credential_hint = credential_hint
        self._forget_health()

    @event(CredentialRemoved)
    def _credential_removed(self, credential_version: int) -> None:
        self.credential_version = credential_version
        self.credential_hint = None
        self._forget_health()

    @event(ExtraHeadersChanged)
    def _extra_headers_changed(self, extra_headers: list[str], extra_headers_version: int) -> None:
        self.extra_headers = extra_headers
        self.extra_headers_version = extra_headers_version
        self._forget_health()

    @event(Enabled)
    def _enabled(self) -> None:
        self.is_enabled = True

    @event(Disabled)
    def _disabled(self) -> None:
        self.is_enabled = False

    @event(HealthChanged)
    def _health_changed(self, health_status: str, category: str) -> None:  # noqa: ARG002 - only the event tells it
        self.health_status = health_status

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
        self.credential_hint = None
        self.extra_headers = []

    def _forget_health(self) -> None:
        """Reset the health status, because the new key, headers or endpoint have not been tested."""
        self.health_status = "unknown"
