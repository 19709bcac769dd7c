"""Bodies and queries of the access key routes."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from application.access_keys.rotate_access_key import LONGEST_GRACE
from domain.access_key.values import LARGEST_LIMIT, LONGEST_LABEL, MOST_LABELS, MOST_RESTRICTIONS, Limits
from domain.budget import Budget
from entrypoints.http.bodies.resource_fields import BudgetUsd, Name
from entrypoints.http.field_types import Body, Flag, Id, Integer, Patch, Time
from entrypoints.http.optional_fields import NULLABLE
from entrypoints.http.pagination import Page

KeyScope = Literal["run", "read", "manage"]
BudgetPeriod = Literal["day", "week", "month", "total"]

Limit = Annotated[Integer, Field(ge=1, le=LARGEST_LIMIT)]
LabelName = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z][a-z0-9_.-]*$")]
LabelValue = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LABEL)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST_RESTRICTIONS)]
ModelIds = Annotated[Ids, Field(description="Ids of registered models that the key may use.")]
ProviderIds = Annotated[Ids, Field(description="Ids of providers all of whose models the key may use.")]


class KeyLimits(Body):
    """What a key may do in a minute and at once. What is left out or null is not limited."""

    requests_per_minute: Annotated[Limit | None, NULLABLE] = None
    tokens_per_minute: Annotated[Limit | None, NULLABLE] = None
    concurrent: Annotated[Limit | None, NULLABLE, Field(description="Prompts at the same time.")] = None

    def limits(self) -> Limits:
        """Return the limits."""
        return Limits(
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            concurrent=self.concurrent,
        )


class KeyBudget(Body):
    """USD that may be spent in each day, week from Monday or month (UTC), or in all."""

    usd: BudgetUsd
    period: BudgetPeriod

    def budget(self) -> Budget:
        """Return the budget."""
        return Budget(Decimal(format(self.usd.normalize(), "f")), self.period)


class NewAccessKey(Body):
    """A key for a program. Without lists of models and providers it may use all models."""

    name: Name
    scope: Annotated[
        KeyScope,
        Field(
            description="run: prompts, embeddings and lists of models; read: what a viewer may; manage: what an "
            "editor may."
        ),
    ] = "run"
    model_ids: ModelIds | None = None
    provider_ids: ProviderIds | None = None
    limits: KeyLimits | None = None
    budget: KeyBudget | None = None
    labels: Annotated[
        dict[LabelName, LabelValue],
        Field(max_length=MOST_LABELS, description="Such as team and application; e-mail addresses are refused."),
    ] = Field(default_factory=dict)
    expires_at: Time | None = None
    is_enabled: bool = True


class AccessKeyPatch(Patch):
    """What to change of a key (RFC 7396). Null lifts a limit, the budget, the expiry or a list of ids."""

    name: Name = ""
    model_ids: ModelIds | None = None
    provider_ids: ProviderIds | None = None
    limits: KeyLimits | None = None
    budget: KeyBudget | None = None
    labels: Annotated[dict[LabelName, LabelValue | None] | None, Field(max_length=MOST_LABELS)] = None
    expires_at: Time | None = None
    is_enabled: bool = True


class AccessKeyRotation(Body):
    """How long the old secret is accepted beside the new one."""

    grace_seconds: Annotated[Integer, Field(ge=0, le=LONGEST_GRACE, description="Seconds.")] = 0


KeySort = Literal["name", "-name", "createdAt", "-createdAt", "budgetUsed", "-budgetUsed"]
"""`budgetUsed` is the part of its budget that a key has spent in this period; keys without a budget come last."""


class AccessKeyListQuery(Page):
    """Which keys, in which order."""

    scope: KeyScope | None = None
    enabled: Annotated[Flag | None, Field(description="Only enabled, or only disabled ones.")] = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In the name.")] = None
    sort: KeySort = "name"
