"""What providers offer, as bytes: a list of hundreds of models is made into JSON once for all who look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson

from application.queries.discover_models import NoOffer
from entrypoints.http.answers.discovery import ChangeSet, DiscoveredModel, OfferError, OfferSummary
from entrypoints.http.answers.shown import document_of
from entrypoints.http.errors import problem_for
from entrypoints.http.responses import json_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.queries.discover_models import ProviderOffer
    from application.queries.discovered_catalogue import CompletedOffer


@dataclass(slots=True)
class ShownOffers:
    """Remembers the JSON of offers for as long as somebody remembers the offers."""

    _models: WeakKeyDictionary[CompletedOffer, bytes] = field(default_factory=WeakKeyDictionary)
    _changes: WeakKeyDictionary[CompletedOffer, bytes] = field(default_factory=WeakKeyDictionary)

    def page(self, offers: Sequence[ProviderOffer | NoOffer]) -> bytes:
        """Return the answer that shows the offers, all their models in one list."""
        models = (self._models_of(offer.offer) for offer in offers if not isinstance(offer, NoOffer))
        data = b",".join(shown for shown in models if shown)
        return b'{"data":[%b],"providers":%b}' % (data, json_bytes([self._summary(offer) for offer in offers]))

    def _models_of(self, offer: CompletedOffer) -> bytes:
        shown = self._models.get(offer)
        if shown is None:
            shown = json_bytes([DiscoveredModel.model_validate(model) for model in offer.models])[1:-1]
            self._models[offer] = shown
        return shown

    def _changes_of(self, offer: CompletedOffer) -> orjson.Fragment:
        shown = self._changes.get(offer)
        if shown is None:
            shown = self._changes[offer] = json_bytes(ChangeSet.model_validate(offer.changes))
        return orjson.Fragment(shown)

    def _summary(self, offer: ProviderOffer | NoOffer) -> dict[str, Any]:
        told = None if isinstance(offer, NoOffer) else offer
        summary = OfferSummary(
            provider_id=offer.provider_id,
            status=told.status if told else "error",
            fetched_at=told.offer.fetched_at if told else None,
            cached=told.cached if told else False,
            count=len(told.offer.models) if told else 0,
            changes=None,
        )
        problem = problem_for(offer.failure) if offer.failure else None
        if problem is not None:
            said = {"code": problem.code, "detail": problem.detail, **problem.members}
            summary.error = OfferError.model_validate(said)
        return document_of(summary) | ({"changes": self._changes_of(told.offer)} if told else {})
