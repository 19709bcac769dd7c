"""Caches providers' model lists as JSON, so that a list of hundreds of models is serialized once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson

from application.discovery.discover_models import NoOffer, ProviderOffer
from application.discovery.discovered_catalogue import CompletedOffer
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.answers.discovery import ChangeSet, DiscoveredModel, OfferError, OfferSummary
from entrypoints.http.answers.response_model import document_of
from entrypoints.http.errors import problem_for
from entrypoints.http.json_responses import json_bytes

# A model takes some 0.05 ms.
_LARGE: Final = 100


@dataclass(slots=True)
class OfferJsonCache:
    """Holds the JSON of each offer for as long as the offer itself is referenced."""

    _models: WeakKeyDictionary[CompletedOffer, bytes] = field(default_factory=WeakKeyDictionary)
    _changes: WeakKeyDictionary[CompletedOffer, bytes] = field(default_factory=WeakKeyDictionary)

    async def page(self, offers: Sequence[ProviderOffer | NoOffer]) -> bytes:
        """Return the body of the answer: the models of all offers in one list, and a summary for each provider."""
        for offer in offers:
            if not isinstance(offer, NoOffer) and offer.offer not in self._models:
                await run_in_thread_if_large(offer.offer.models, partial(self._write, offer.offer), large=_LARGE)
        return self._page(offers)

    def _write(self, offer: CompletedOffer) -> None:
        self._models_of(offer)
        self._changes_of(offer)

    def _page(self, offers: Sequence[ProviderOffer | NoOffer]) -> bytes:
        models = (self._models_of(offer.offer) for offer in offers if not isinstance(offer, NoOffer))
        data = b",".join(content for content in models if content)
        return b'{"data":[%b],"providers":%b}' % (data, json_bytes([self._summary(offer) for offer in offers]))

    def _models_of(self, offer: CompletedOffer) -> bytes:
        content = self._models.get(offer)
        if content is None:
            content = json_bytes([DiscoveredModel.model_validate(model) for model in offer.models])[1:-1]
            self._models[offer] = content
        return content

    def _changes_of(self, offer: CompletedOffer) -> orjson.Fragment:
        content = self._changes.get(offer)
        if content is None:
            content = self._changes[offer] = json_bytes(ChangeSet.model_validate(offer.changes))
        return orjson.Fragment(content)

    def _summary(self, offer: ProviderOffer | NoOffer) -> dict[str, Any]:
        found = None if isinstance(offer, NoOffer) else offer
        summary = OfferSummary(
            provider_id=offer.provider_id,
            status=found.status if found else "error",
            fetched_at=found.offer.fetched_at if found else None,
            cached=found.cached if found else False,
            count=len(found.offer.models) if found else 0,
            changes=None,
        )
        problem = problem_for(offer.failure) if offer.failure else None
        if problem is not None:
            why = {"code": problem.code, "detail": problem.detail, **problem.members}
            summary.error = OfferError.model_validate(why)
        return document_of(summary) | ({"changes": self._changes_of(found.offer)} if found else {})
