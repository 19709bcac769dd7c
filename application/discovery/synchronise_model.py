"""Synchronises a model with its provider's list, without overriding a person's values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from application.discovery.offer_changes import is_suspicious
from application.policies.fill_model_facts import ModelFacts
from application.ports.registered_models import RegisteredModel
from domain.model.aggregate import Model
from domain.model.facts import source_name
from domain.model.values import MANUAL, PRICED_KINDS, RETIRED, Lifecycle, Limits

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that is offered otherwise than it is registered; a person's own value is kept whatever is offered.

    `suspicious` is a price that moved by more than ten times: rather a slip of units than a decision.
    """

    field: str
    registered: object
    offered: object
    kept_by_hand: bool
    suspicious: bool = False


def differences(held: RegisteredModel, facts: ModelFacts, day: date) -> list[Difference]:
    """Return where the two differ on that day; what is not known is no difference."""
    return [*_of_description(held, facts), *_of_lifecycle(held, facts, day), *_of_price(held, facts)]


def synchronise(model: Model, facts: ModelFacts, day: date, *, take_suspicious: bool) -> bool:
    """Apply the facts to the model; return whether a suspicious price was left alone.

    Unknown facts and values that a person gave change nothing. Its name and version are the organization's own.
    """

    def taken(field: str, offered: T, held: T) -> T:
        name = source_name(field)
        return offered if name in facts.sources and model.sources.get(name) != MANUAL else held

    model.change_capabilities(
        taken("type", facts.type, model.type),
        taken("capabilities", facts.capabilities, model.capabilities),
        sources=facts.sources,
    )
    limits = Limits(
        context_window=taken("context_window", facts.limits.context_window, model.limits.context_window),
        max_tokens=taken("max_tokens", facts.limits.max_tokens, model.limits.max_tokens),
    )
    model.change_limits(limits, sources=facts.sources)
    follow(model, _offered_lifecycle(model.lifecycle, facts, day), day, sources=facts.sources)
    moved = [difference for difference in _of_price(registered_from(model), facts) if not difference.kept_by_hand]
    if any(difference.suspicious for difference in moved) and not take_suspicious:
        return True
    if moved:
        # The day a price was true moves on by itself; that is no change of the price.
        model.change_price(facts.price)
    return False


def follow(model: Model, offered: Lifecycle, day: date, *, sources: dict[str, str]) -> None:
    """Take over the model's lifecycle as of that day; an end that was announced and has come is nothing new."""
    if model.lifecycle.on(day) != offered.on(day):
        model.follow_lifecycle(offered.on(day), sources=sources)


def registered_from(model: Model) -> RegisteredModel:
    """Return what is registered of the model."""
    return RegisteredModel(
        id=model.id,
        model_id=model.model_id,
        type=model.type,
        capabilities=model.capabilities,
        context_window=model.limits.context_window,
        max_tokens=model.limits.max_tokens,
        price=model.price,
        lifecycle=model.lifecycle.lifecycle,
        retires_on=model.lifecycle.retires_on,
        sources=model.sources,
    )


def _of_description(held: RegisteredModel, facts: ModelFacts) -> Iterator[Difference]:
    for field, registered, offered in (
        ("type", held.type, facts.type),
        ("capabilities", sorted(held.capabilities), sorted(set(facts.capabilities))),
        ("context_window", held.context_window, facts.limits.context_window),
        ("max_tokens", held.max_tokens, facts.limits.max_tokens),
    ):
        if source_name(field) in facts.sources and registered != offered:
            by_hand = held.sources.get(source_name(field)) == MANUAL
            yield Difference(field=field, registered=registered, offered=offered, kept_by_hand=by_hand)


def _of_lifecycle(held: RegisteredModel, facts: ModelFacts, day: date) -> Iterator[Difference]:
    registered_lifecycle = Lifecycle(lifecycle=held.lifecycle, retires_on=held.retires_on)
    stands = registered_lifecycle.on(day)
    offered_to_stand = _offered_lifecycle(registered_lifecycle, facts, day).on(day)
    for field, registered, offered in (
        ("lifecycle", stands.lifecycle, offered_to_stand.lifecycle),
        ("retires_on", stands.retires_on, offered_to_stand.retires_on),
    ):
        if registered != offered:
            yield Difference(field=field, registered=registered, offered=offered, kept_by_hand=False)


def _of_price(held: RegisteredModel, facts: ModelFacts) -> Iterator[Difference]:
    price = facts.price
    if price is None:
        return
    kept_by_hand = held.sources.get("price") == MANUAL
    for kind in PRICED_KINDS:
        registered, offered = getattr(held.price, kind, None), getattr(price, kind)
        if registered != offered:
            yield Difference(
                field=f"{kind}_tokens",
                registered=registered,
                offered=offered,
                kept_by_hand=kept_by_hand,
                suspicious=is_suspicious(registered, offered),
            )
    tiers = held.price.tiers if held.price else ()
    if tiers != price.tiers:
        yield Difference(field="tiers", registered=tiers, offered=price.tiers, kept_by_hand=kept_by_hand)


def _offered_lifecycle(held: Lifecycle, facts: ModelFacts, day: date) -> Lifecycle:
    """Return the lifecycle by the facts, or the present one where they have none.

    A model in use has no end, and one that is offered after the day of its end has another end than was announced.
    """
    offered = facts.lifecycle
    is_in_use = offered.lifecycle in {"active", "preview"}
    is_overdue = offered.lifecycle not in (None, RETIRED) and held.on(day).lifecycle == RETIRED
    end = offered.retires_on or (None if is_in_use or is_overdue else held.retires_on)
    return Lifecycle(lifecycle=offered.lifecycle or held.lifecycle, retires_on=end)
