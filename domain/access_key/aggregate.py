"""The AccessKey aggregate."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import event

from domain.access_key import events
from domain.access_key.errors import ExpiryPassed
from domain.access_key.values import (
    NO_LIMITS,
    SCOPES,
    UNRESTRICTED,
    Limits,
    Restriction,
    checked_ids,
    checked_labels,
    limit_facts,
)
from domain.budget import Budget, Budgeted, budget_facts
from domain.errors import InvalidValue
from domain.names import checked_name, has_address
from domain.root import Root, Switchable


class AccessKey(Root, Budgeted, Switchable):
    """A key for a program of the organization. Invariants: its scope is for life, and versions of secrets only grow.

    At most two secrets are accepted at a time: the newest, and the one before it until its grace has ended.
    """

    TOPIC = "access-key"

    Issued = events.Issued
    Renamed = events.Renamed
    LimitsChanged = events.LimitsChanged
    BudgetChanged = events.BudgetChanged
    ModelsRestricted = events.ModelsRestricted
    LabelsChanged = events.LabelsChanged
    ExpiryChanged = events.ExpiryChanged
    Rotated = events.Rotated
    Enabled = events.Enabled
    Disabled = events.Disabled
    BudgetThresholdReached = events.BudgetThresholdReached
    ExpiryApproaching = events.ExpiryApproaching
    Revoked = events.Revoked

    @classmethod
    def issue(
        cls,
        key_id: UUID,
        *,
        name: str,
        scope: str,
        hint: str,
        issued_by: str,
        now: datetime,
        restriction: Restriction = UNRESTRICTED,
        limits: Limits = NO_LIMITS,
        budget: Budget | None = None,
        labels: Mapping[str, str] | None = None,
        expires_at: datetime | None = None,
        is_enabled: bool = True,
    ) -> Self:
        """Make the key. Its first secret is version 1.

        Raises:
            InvalidValue: a value is outside what its field allows.
            ExpiryPassed: it would have expired already.
        """
        if scope not in SCOPES:
            raise InvalidValue("scope", f"The scope of a key is one of {', '.join(SCOPES)}.")
        return cls._create(
            cls.Issued,
            id=key_id,
            name=_checked_name(name),
            scope=scope,
            secret_version=1,
            hint=hint,
            **_restriction_facts(restriction),
            **limit_facts(limits),
            **budget_facts(budget),
            labels=checked_labels(labels or {}),
            expires_at=_checked_expiry(expires_at, now),
            is_enabled=is_enabled,
            issued_by=issued_by,
        )

    @event(Issued)
    def __init__(
        self,
        name: str,
        scope: str,
        secret_version: int,
        hint: str,
        model_ids: list[str] | None,
        provider_ids: list[str] | None,
        requests_per_minute: int | None,
        tokens_per_minute: int | None,
        concurrent: int | None,
        budget_usd: Decimal | None,
        budget_period: str | None,
        labels: dict[str, str],
        expires_at: datetime | None,
        is_enabled: bool,
        issued_by: str,
    ) -> None:
        self.name = name
        self.scope = scope
        self.secret_version = secret_version
        self.hint = hint
        self.previous_valid_until: datetime | None = None
        self.model_ids = model_ids
        self.provider_ids = provider_ids
        self.requests_per_minute = requests_per_minute
        self.tokens_per_minute = tokens_per_minute
        self.concurrent = concurrent
        self.budget_usd = budget_usd
        self.budget_period = budget_period
        self.labels = labels
        self.expires_at = expires_at
        self.is_enabled = is_enabled
        self.issued_by = issued_by

    @property
    def limits(self) -> Limits:
        """The limits that hold."""
        return Limits(
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            concurrent=self.concurrent,
        )

    @property
    def restriction(self) -> Restriction:
        """The models and providers that may be used."""
        return Restriction(
            model_ids=None if self.model_ids is None else tuple(self.model_ids),
            provider_ids=None if self.provider_ids is None else tuple(self.provider_ids),
        )

    def rename(self, name: str) -> None:
        """Rename the key. No event if the name is unchanged."""
        checked = _checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def change_limits(self, limits: Limits) -> None:
        """Replace all limits. No event if they are unchanged."""
        if limits != self.limits:
            self._limits_changed(**limit_facts(limits))

    def restrict(self, restriction: Restriction) -> None:
        """Replace the lists of models and providers that may be used. No event if they are unchanged."""
        facts = _restriction_facts(restriction)
        if (facts["model_ids"], facts["provider_ids"]) != (self.model_ids, self.provider_ids):
            self._models_restricted(**facts)

    def change_labels(self, labels: Mapping[str, str]) -> None:
        """Replace all labels. No event if they are unchanged.

        Raises:
            InvalidValue: there are too many, or one is not allowed.
        """
        checked = checked_labels(labels)
        if checked != self.labels:
            self._labels_changed(labels=checked)

    def change_expiry(self, expires_at: datetime | None, *, now: datetime) -> None:
        """Change when the key expires. No event if that is unchanged.

        Raises:
            ExpiryPassed: that time has passed.
        """
        if expires_at != self.expires_at:
            self._expiry_changed(expires_at=_checked_expiry(expires_at, now))

    def rotate(self, hint: str, *, previous_valid_until: datetime | None) -> None:
        """Replace the secret; the one before is accepted until the given time, none: no longer."""
        self._rotated(secret_version=self.secret_version + 1, hint=hint, previous_valid_until=previous_valid_until)

    def note_expiry(self, days: int, expires_at: datetime) -> None:
        """Record that the key expires at this time, so many days from now. No event if it expires at another."""
        if expires_at == self.expires_at:
            self._expiry_approaching(days=days, expires_at=expires_at)

    def revoke(self) -> None:
        """Revoke the key. It cannot be changed afterwards."""
        if not self.is_removed:
            self._revoked()

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(LimitsChanged)
    def _limits_changed(
        self, requests_per_minute: int | None, tokens_per_minute: int | None, concurrent: int | None
    ) -> None:
        self.requests_per_minute = requests_per_minute
        self.tokens_per_minute = tokens_per_minute
        self.concurrent = concurrent

    @event(BudgetChanged)
    def _budget_changed(self, budget_usd: Decimal | None, budget_period: str | None) -> None:
        self.budget_usd = budget_usd
        self.budget_period = budget_period

    @event(ModelsRestricted)
    def _models_restricted(self, model_ids: list[str] | None, provider_ids: list[str] | None) -> None:
        self.model_ids = model_ids
        self.provider_ids = provider_ids

    @event(LabelsChanged)
    def _labels_changed(self, labels: dict[str, str]) -> None:
        self.labels = labels

    @event(ExpiryChanged)
    def _expiry_changed(self, expires_at: datetime | None) -> None:
        self.expires_at = expires_at

    @event(Rotated)
    def _rotated(self, secret_version: int, hint: str, previous_valid_until: datetime | None) -> None:
        self.secret_version = secret_version
        self.hint = hint
        self.previous_valid_until = previous_valid_until

    @event(Enabled)
    def _enabled(self) -> None:
        self.is_enabled = True

    @event(Disabled)
    def _disabled(self) -> None:
        self.is_enabled = False

    @event(BudgetThresholdReached)
    def _threshold_reached(self, percent: int, budget_usd: Decimal, budget_period: str, since: datetime | None) -> None:
        """Nothing changes: the event only records what was spent."""

    @event(ExpiryApproaching)
    def _expiry_approaching(self, days: int, expires_at: datetime) -> None:
        """Nothing changes: the event only records how near the time is."""

    @event(Revoked)
    def _revoked(self) -> None:
        self.is_removed = True


def _checked_name(name: str) -> str:
    if has_address(name):
        raise InvalidValue("name", "The name is kept for ever and takes no e-mail addresses: name a team or a program.")
    return checked_name(name)


def _checked_expiry(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        raise ExpiryPassed
    return expires_at


def _restriction_facts(restriction: Restriction) -> dict[str, Any]:
    return {
        "model_ids": checked_ids(restriction.model_ids),
        "provider_ids": checked_ids(restriction.provider_ids),
    }
