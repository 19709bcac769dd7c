"""What can happen to a model. `sources` names where each value that changed comes from."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - the mapper reads the annotations of events at run time
from typing import Any
from uuid import UUID  # noqa: TC003 - the same

from eventsourcing.domain import AggregateCreated

from domain.root import Root


class Registered(Root.Event, AggregateCreated):
    """A model came into use, with what was known of it; prices in USD per 1,000 tokens."""

    TOPIC = "model.registered"
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
    price_source: str | None
    price_as_of: str | None
    lifecycle: str | None
    retires_on: str | None
    is_enabled: bool
    sources: dict[str, str]


class Renamed(Root.Event):
    """It is called otherwise."""

    TOPIC = "model.renamed"
    name: str
    sources: dict[str, str]


class Reconfigured(Root.Event):
    """It runs with another version or other defaults."""

    TOPIC = "model.reconfigured"
    version: str | None
    config: dict[str, Any]
    sources: dict[str, str]


class CapabilitiesChanged(Root.Event):
    """It is held to be of this type and able to do these things."""

    TOPIC = "model.capabilities-changed"
    type: str
    capabilities: list[str]
    sources: dict[str, str]


class PriceChanged(Root.Event):
    """It is reckoned with at this price (USD per 1,000 tokens), or at none that is known."""

    TOPIC = "model.price-changed"
    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    price_source: str | None
    price_as_of: str | None


class LimitsChanged(Root.Event):
    """It is held to these limits, in tokens."""

    TOPIC = "model.limits-changed"
    context_window: int | None
    max_tokens: int | None
    sources: dict[str, str]


class LifecycleChanged(Root.Event):
    """Its provider announced its end, or took that back; `retires_on` is an ISO date."""

    TOPIC = "model.lifecycle-changed"
    lifecycle: str | None
    retires_on: str | None
    sources: dict[str, str]


class RetiredUpstream(Root.Event):
    """Its provider has shut it down, on this day (ISO date) if it is known."""

    TOPIC = "model.retired-upstream"
    retires_on: str | None
    sources: dict[str, str]


class Enabled(Root.Event):
    """It is in use."""

    TOPIC = "model.enabled"


class Disabled(Root.Event):
    """It is out of use."""

    TOPIC = "model.disabled"


class Removed(Root.Event):
    """It is used no longer, and its name is free."""

    TOPIC = "model.removed"
