"""The Model aggregate."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import event

from domain.checked_documents import checked_document, checked_label
from domain.model import events
from domain.model.facts import (
    Sources,
    changed_fields,
    checked_capabilities,
    checked_version,
    price_facts,
    price_of_event,
    sources_of,
)
from domain.model.values import (
    MANUAL,
    NOT_TOLD,
    RETIRED,
    Lifecycle,
    Limits,
    Price,
    checked_lifecycle,
    checked_limits,
    checked_price,
)
from domain.names import checked_name
from domain.root import Removable, Root, Switchable


class Model(Root, Switchable, Removable):
    """A model that an organization uses. Invariant: it keeps its provider and its provider's model id for life.

    Every value has a source (a person, the provider's live answer, the catalogue, genai-prices). If a
    change takes `sources`, values that they do not name keep their source; without `sources` it is a person.
    """

    TOPIC = "model"

    Registered = events.Registered
    Renamed = events.Renamed
    Reconfigured = events.Reconfigured
    CapabilitiesChanged = events.CapabilitiesChanged
    PriceChanged = events.PriceChanged
    LimitsChanged = events.LimitsChanged
    LifecycleChanged = events.LifecycleChanged
    RetiredUpstream = events.RetiredUpstream
    RetirementApproaching = events.RetirementApproaching
    Enabled = events.Enabled
    Disabled = events.Disabled
    Removed = events.Removed

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
        lifecycle: Lifecycle = NOT_TOLD,
        is_enabled: bool,
        sources: dict[str, str],
    ) -> Self:
        """Register a provider's model. `sources` names where each filled-in value comes from.

        Raises:
            InvalidValue: a value is outside what its field allows.
        """
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
            is_enabled=is_enabled,
            sources=sources,
            **asdict(checked_limits(limits)),
            **price_facts(checked_price(price)),
            **asdict(checked_lifecycle(lifecycle)),
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
        other_prices: dict[str, Any],
        price_source: str | None,
        price_as_of: str | None,
        lifecycle: str | None,
        retires_on: str | None,
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
        self.price = price_of_event(input_per_1k, output_per_1k, other_prices, price_source, price_as_of)
        self.lifecycle = Lifecycle(lifecycle=lifecycle, retires_on=retires_on)
        self.is_enabled = is_enabled
        self.sources = dict(sources)

    def rename(self, name: str, *, sources: Sources = None) -> None:
        """Rename the model. No event if the name is unchanged."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked, sources=sources_of(["name"], sources))

    def reconfigure(self, *, version: str | None, config: dict[str, Any], sources: Sources = None) -> None:
        """Replace the default parameters. No event if they are unchanged."""
        if (version, config) != (self.version_label, self.config):
            changed = changed_fields({"version": self.version_label}, {"version": checked_version(version)})
            document = checked_document("config", config)
            self._reconfigured(version=version, config=document, sources=sources_of(changed, sources))

    def change_capabilities(self, type: str, capabilities: list[str], *, sources: Sources = None) -> None:  # noqa: A002
        """Change the type and the capabilities. No event if they are unchanged."""
        wanted: dict[str, Any] = {"type": type, "capabilities": checked_capabilities(capabilities)}
        if changed := changed_fields({"type": self.type, "capabilities": self.capabilities}, wanted):
            self._capabilities_changed(**wanted, sources=sources_of(changed, sources))

    def change_price(self, price: Price | None) -> None:
        """Change the price; None if it is unknown. No event if it is unchanged."""
        checked = checked_price(price)
        if checked != self.price:
            self._price_changed(**price_facts(checked))

    def change_limits(self, limits: Limits, *, sources: Sources = None) -> None:
        """Change the token limits. No event if they are unchanged."""
        facts = asdict(checked_limits(limits))
        if changed := changed_fields(asdict(self.limits), facts):
            self._limits_changed(**facts, sources=sources_of(changed, sources))

    def follow_lifecycle(self, lifecycle: Lifecycle, *, sources: Sources = None) -> None:
        """Record the model's lifecycle at its provider. No event if it is unchanged."""
        facts = asdict(checked_lifecycle(lifecycle))
        if changed := changed_fields(asdict(self.lifecycle), facts):
            new_sources = sources_of(changed, sources)
            if lifecycle.lifecycle == RETIRED:
                self._retired_upstream(retires_on=lifecycle.retires_on, sources=new_sources)
            else:
                self._lifecycle_changed(**facts, sources=new_sources)

    def note_retirement(self, days: int, retires_on: str) -> None:
        """Record that the model retires on this day, so many days from now. No event if it retires on another."""
        if retires_on == self.lifecycle.retires_on:
            self._retirement_approaching(days=days, retires_on=retires_on)

    @event(Renamed)
    def _renamed(self, name: str, sources: dict[str, str]) -> None:
        self.name = name
        self.sources |= sources

    @event(Reconfigured)
    def _reconfigured(self, version: str | None, config: dict[str, Any], sources: dict[str, str]) -> None:
        self.version_label = version
        self.config = config
        self.sources |= sources

    @event(CapabilitiesChanged)
    def _capabilities_changed(self, type: str, capabilities: list[str], sources: dict[str, str]) -> None:  # noqa: A002
        self.type = type
        self.capabilities = capabilities
        self.sources |= sources

    @event(PriceChanged)
    def _price_changed(
        self,
        input_per_1k: Decimal | None,
        output_per_1k: Decimal | None,
        other_prices: dict[str, Any],
        price_source: str | None,
        price_as_of: str | None,
    ) -> None:
        self.price = price_of_event(input_per_1k, output_per_1k, other_prices, price_source, price_as_of)
        self.sources["price"] = price_source or MANUAL

    @event(LimitsChanged)
    def _limits_changed(self, context_window: int | None, max_tokens: int | None, sources: dict[str, str]) -> None:
        self.limits = Limits(context_window=context_window, max_tokens=max_tokens)
        self.sources |= sources

    @event(LifecycleChanged)
    def _lifecycle_changed(self, lifecycle: str | None, retires_on: str | None, sources: dict[str, str]) -> None:
        self.lifecycle = Lifecycle(lifecycle=lifecycle, retires_on=retires_on)
        self.sources |= sources

    @event(RetiredUpstream)
    def _retired_upstream(self, retires_on: str | None, sources: dict[str, str]) -> None:
        self.lifecycle = Lifecycle(lifecycle=RETIRED, retires_on=retires_on)
        self.sources |= sources

    @event(RetirementApproaching)
    def _retirement_approaching(self, days: int, retires_on: str) -> None:
        """Nothing changes: the event only records how near the day is."""

    @event(Enabled)
    def _enabled(self) -> None:
        self.is_enabled = True

    @event(Disabled)
    def _disabled(self) -> None:
        self.is_enabled = False

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
