"""What providers offer, as bytes: a list of hundreds of models is made into JSON once for all who look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson

from application.discovery.discover_models import NoOffer
from entrypoints.http.errors import problem_for
from entrypoints.http.responses import json_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.discovery.discover_models import ProviderOffer
    from application.discovery.discovered_catalogue import CompletedOffer
    from application.errors import ApplicationError


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
            shown = json_bytes([model.document() for model in offer.models])[1:-1]
            self._models[offer] = shown
        return shown

    def _changes_of(self, offer: CompletedOffer) -> orjson.Fragment:
        shown = self._changes.get(offer)
        if shown is None:
            shown = self._changes[offer] = json_bytes(offer.changes)
        return orjson.Fragment(shown)

    def _summary(self, offer: ProviderOffer | NoOffer) -> dict[str, Any]:
        if isinstance(offer, NoOffer):
            nothing = {"fetchedAt": None, "cached": False, "count": 0, "changes": None}
            return {"providerId": offer.provider_id, "status": "error", **nothing, **_told(offer.failure)}
        return {
            "providerId": offer.provider_id,
            "status": offer.status,
            "fetchedAt": offer.offer.fetched_at,
            "cached": offer.cached,
            "count": len(offer.offer.models),
            "changes": self._changes_of(offer.offer),
            **_told(offer.failure),
        }


def _told(failure: ApplicationError | None) -> dict[str, Any]:
    problem = problem_for(failure) if failure else None
    return {"error": {"code": problem.code, "detail": problem.detail, **problem.members}} if problem else {}
