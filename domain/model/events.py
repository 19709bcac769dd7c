"""The events of a model. `sources` names where each changed value comes from."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import AggregateCreated

from domain.root import Root


class Registered(Root.Event, AggregateCreated):
    """The model was registered with these facts. Prices in USD per 1,000 tokens.

    `other_prices` are those of further kinds of tokens and of tiers, amounts as text.
    """

    TOPIC = "model.registered"
    class_version = 2
    provider_id: UUID
    model_id: str
    name: str
    version: str | None
    type: str
    capabilities: list[str]
    config: dict[str, Any]
    context_window: int | None
    max_tokens: int | None
    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    other_prices: dict[str, Any]
    price_source: str | None
    price_as_of: str | None
    lifecycle: str | None
    retires_on: str | None
    is_enabled: bool
    sources: dict[str, str]

    @staticmethod
    def upcast_v1_v2(facts: dict[str, Any]) -> None:
        """There were prices of input and output only."""
        facts["other_prices"] = {}


class Renamed(Root.Event):
    """The model was renamed."""

    TOPIC = "model.renamed"
    name: str
    sources: dict[str, str]


class Reconfigured(Root.Event):
    """The version or the default parameters changed."""

    TOPIC = "model.reconfigured"
    version: str | None
    config: dict[str, Any]
    sources: dict[str, str]


class CapabilitiesChanged(Root.Event):
    """The type or the capabilities changed."""

    TOPIC = "model.capabilities-changed"
    type: str
    capabilities: list[str]
    sources: dict[str, str]


class PriceChanged(Root.Event):
    """The price changed (USD per 1,000 tokens), or became unknown."""

    TOPIC = "model.price-changed"
    class_version = 2
    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    other_prices: dict[str, Any]
    price_source: str | None
    price_as_of: str | None

    @staticmethod
    def upcast_v1_v2(facts: dict[str, Any]) -> None:
        """There were prices of input and output only."""
        facts["other_prices"] = {}


class LimitsChanged(Root.Event):
    """The token limits changed."""

    TOPIC = "model.limits-changed"
    context_window: int | None
    max_tokens: int | None
    sources: dict[str, str]


class LifecycleChanged(Root.Event):
    """The provider announced the end of the model, or withdrew that. `retires_on` is an ISO date."""

    TOPIC = "model.lifecycle-changed"
    lifecycle: str | None
    retires_on: str | None
    sources: dict[str, str]


class RetiredUpstream(Root.Event):
    """The provider has shut the model down, on this day (ISO date) if it is known."""

    TOPIC = "model.retired-upstream"
    retires_on: str | None
    sources: dict[str, str]


class RetirementApproaching(Root.Event):
    """The model retires on this day (ISO date), at most `days` days from now. Nothing changes."""

    TOPIC = "model.retirement-approaching"
    days: int
    retires_on: str


class Enabled(Root.Event):
    """The model was enabled."""

    TOPIC = "model.enabled"


class Disabled(Root.Event):
    """The model was disabled."""

    TOPIC = "model.disabled"


class Removed(Root.Event):
    """The model was removed, and its name is free again."""

    TOPIC = "model.removed"
