"""The events of an access key. Budgets are USD; ids of models and providers are text; a null list restricts nothing."""

from datetime import datetime
from decimal import Decimal

from eventsourcing.domain import AggregateCreated

from domain.root import Root


class Issued(Root.Event, AggregateCreated):
    """The key was made. `issued_by` is the id of whoever made it, `hint` what may be shown of the secret."""

    TOPIC = "access-key.issued"
    name: str
    scope: str
    secret_version: int
    hint: str
    model_ids: list[str] | None
    provider_ids: list[str] | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None
    budget_usd: Decimal | None
    budget_period: str | None
    labels: dict[str, str]
    expires_at: datetime | None
    is_enabled: bool
    issued_by: str


class Renamed(Root.Event):
    """The key was renamed."""

    TOPIC = "access-key.renamed"
    name: str


class LimitsChanged(Root.Event):
    """Other limits hold. Null: no limit."""

    TOPIC = "access-key.limits-changed"
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None


class BudgetChanged(Root.Event):
    """Another budget holds. Null: no budget."""

    TOPIC = "access-key.budget-changed"
    budget_usd: Decimal | None
    budget_period: str | None


class ModelsRestricted(Root.Event):
    """The key may use other models."""

    TOPIC = "access-key.models-restricted"
    model_ids: list[str] | None
    provider_ids: list[str] | None


class LabelsChanged(Root.Event):
    """The key has other labels."""

    TOPIC = "access-key.labels-changed"
    labels: dict[str, str]


class ExpiryChanged(Root.Event):
    """The key expires at another time. Null: never."""

    TOPIC = "access-key.expiry-changed"
    expires_at: datetime | None


class Rotated(Root.Event):
    """The key has a new secret. The one before is accepted until `previous_valid_until`; null: no longer."""

    TOPIC = "access-key.rotated"
    secret_version: int
    hint: str
    previous_valid_until: datetime | None


class Enabled(Root.Event):
    """The key is accepted again."""

    TOPIC = "access-key.enabled"


class Disabled(Root.Event):
    """The key is not accepted until it is enabled."""

    TOPIC = "access-key.disabled"


class BudgetThresholdReached(Root.Event):
    """So many percent of the budget were spent in the period that began at `since`; null: in all."""

    TOPIC = "access-key.budget-threshold-reached"
    percent: int
    budget_usd: Decimal
    budget_period: str
    since: datetime | None


class ExpiryApproaching(Root.Event):
    """The key expires at this time, at most `days` days from now. Nothing changes."""

    TOPIC = "access-key.expiry-approaching"
    days: int
    expires_at: datetime


class Revoked(Root.Event):
    """The key is not accepted any more, for ever."""

    TOPIC = "access-key.revoked"
