"""The Model aggregate."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - the mapper reads the annotations of events at run time
from typing import Any
from uuid import UUID  # noqa: TC003 - the same

from eventsourcing.domain import AggregateCreated, event

from domain.documents import checked_document, checked_label
from domain.model.facts import checked_capabilities, checked_version, price_facts, price_told
from domain.model.values import MANUAL, Limits, Price, checked_limits, checked_price
from domain.names import checked_name
from domain.root import Root


class Model(Root):
    """A model that an organization uses. Invariant: it keeps its provider and its provider's model id for life.

    Every value has a source (a person, the provider's live answer, the catalogue, genai-prices).
    """

    TOPIC = "model"

    class Registered(Root.Event, AggregateCreated):
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
        is_enabled: bool
        sources: dict[str, str]

    class Renamed(Root.Event):
        TOPIC = "model.renamed"
        name: str

    class Reconfigured(Root.Event):
        TOPIC = "model.reconfigured"
        version: str | None
        config: dict[str, Any]

    class CapabilitiesChanged(Root.Event):
        TOPIC = "model.capabilities-changed"
        type: str
        capabilities: list[str]
        source: str

    class PriceChanged(Root.Event):
        TOPIC = "model.price-changed"
        input_per_1k: Decimal | None
        output_per_1k: Decimal | None
        price_source: str | None
        price_as_of: str | None

    class LimitsChanged(Root.Event):
        TOPIC = "model.limits-changed"
        context_window: int | None
        max_tokens: int | None
        source: str

    class Enabled(Root.Event):
        TOPIC = "model.enabled"

    class Disabled(Root.Event):
        TOPIC = "model.disabled"

    class Removed(Root.Event):
        TOPIC = "model.removed"

    @classmethod
    def register(
        cls,
        id: UUID,  # noqa: A002 - "model_id" is the provider's own name for it
        *,
        provider_id: UUID,
        model_id: str,
        name: str,
        version: str | None,
        type: str,  # noqa: A002 - the field's name in the contract
        capabilities: list[str],
        config: dict[str, Any],
        limits: Limits,
        price: Price | None,
        is_enabled: bool,
        sources: dict[str, str],
    ) -> Model:
        """Begin to use a provider's model. `sources` names where each filled-in value comes from.

        Raises:
            InvalidValue: a value is outside what its field allows.
        """
        checked_limits(limits)
        return cls._create(
            cls.Registered,
            id=id,
            provider_id=provider_id,
            model_id=checked_label("modelId", model_id),
            name=checked_name(name),
            version=checked_version(version),
            type=type,
            capabilities=checked_capabilities(capabilities),
            config=checked_document("config", config),
            context_window=limits.context_window,
            max_tokens=limits.max_tokens,
            is_enabled=is_enabled,
            sources=sources,
            **price_facts(checked_price(price)),
        )

    @event(Registered)
    def __init__(
        self,
        provider_id: UUID,
        model_id: str,
        name: str,
        version: str | None,
        type: str,  # noqa: A002
        capabilities: list[str],
        config: dict[str, Any],
        context_window: int | None,
        max_tokens: int | None,
        input_per_1k: Decimal | None,
        output_per_1k: Decimal | None,
        price_source: str | None,
        price_as_of: str | None,
        is_enabled: bool,
        sources: dict[str, str],
    ) -> None:
        self.provider_id = provider_id
        self.model_id = model_id
        self.name = name
        self.version_label = version
        self.type = type
        self.capabilities = capabilities
        self.config = config
        self.limits = Limits(context_window=context_window, max_tokens=max_tokens)
        self.price = price_told(input_per_1k, output_per_1k, price_source, price_as_of)
        self.is_enabled = is_enabled
        self.sources = dict(sources)

    def rename(self, name: str) -> None:
        """Call it otherwise; does nothing when that is its name already."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def reconfigure(self, *, version: str | None, config: dict[str, Any]) -> None:
        """Run it with these defaults; does nothing when they are its defaults already."""
        if (version, config) != (self.version_label, self.config):
            self._reconfigured(version=checked_version(version), config=checked_document("config", config))

    def change_capabilities(self, type: str, capabilities: list[str], *, source: str = MANUAL) -> None:  # noqa: A002
        """Hold it to be of this type and able to do these things; does nothing when that is so already."""
        wanted = checked_capabilities(capabilities)
        if (type, wanted) != (self.type, self.capabilities):
            self._capabilities_changed(type=type, capabilities=wanted, source=source)

    def change_price(self, price: Price | None) -> None:
        """Reckon with this price, or with none known; does nothing when that is so already."""
        checked = checked_price(price)
        if checked != self.price:
            self._price_changed(**price_facts(checked))

    def change_limits(self, limits: Limits, *, source: str = MANUAL) -> None:
        """Hold it to these limits; does nothing when they are its limits already."""
        if limits != self.limits:
            checked_limits(limits)
            self._limits_changed(context_window=limits.context_window, max_tokens=limits.max_tokens, source=source)

    def enable(self) -> None:
        """Take it into use; does nothing when it already is."""
        if not self.is_enabled:
            self._enabled()

    def disable(self) -> None:
        """Take it out of use; does nothing when it already is."""
        if self.is_enabled:
            self._disabled()

    def remove(self) -> None:
        """Use it no longer; nothing can happen to it afterwards."""
        if not self.is_removed:
            self._removed()

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name
        self.sources["name"] = MANUAL

    @event(Reconfigured)
    def _reconfigured(self, version: str | None, config: dict[str, Any]) -> None:
        self.version_label = version
        self.config = config

    @event(CapabilitiesChanged)
    def _capabilities_changed(self, type: str, capabilities: list[str], source: str) -> None:  # noqa: A002
        self.type = type
        self.capabilities = capabilities
        self.sources |= {"type": source, "capabilities": source}

    @event(PriceChanged)
    def _price_changed(
        self,
        input_per_1k: Decimal | None,
        output_per_1k: Decimal | None,
        price_source: str | None,
        price_as_of: str | None,
    ) -> None:
        self.price = price_told(input_per_1k, output_per_1k, price_source, price_as_of)
        self.sources["price"] = price_source or MANUAL

    @event(LimitsChanged)
    def _limits_changed(self, context_window: int | None, max_tokens: int | None, source: str) -> None:
        self.limits = Limits(context_window=context_window, max_tokens=max_tokens)
        self.sources |= {"contextWindow": source, "maxTokens": source}

    @event(Enabled)
    def _enabled(self) -> None:
        self.is_enabled = True

    @event(Disabled)
    def _disabled(self) -> None:
        self.is_enabled = False

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
