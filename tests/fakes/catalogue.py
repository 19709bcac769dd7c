"""A catalogue that knows what a test tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from application.ports.catalogue import KnownModel


class FakeCatalogue:
    """Knows models by the provider type, or by the endpoint where that tells which service it is."""

    def __init__(self, known: Mapping[str, Iterable[KnownModel]] | None = None) -> None:
        self._known = {
            (at, name): model
            for at, models in (known or {}).items()
            for model in models
            for name in (model.model_id, *model.aliases)
        }

    def look_up(self, provider_type: str, model_id: str, *, endpoint: str | None = None) -> KnownModel:
        own_id = model_id.removeprefix("models/")
        at_endpoint = self._known.get((endpoint or "", own_id))
        known = at_endpoint or self._known.get((provider_type, own_id)) or KnownModel(model_id=own_id)
        names = dict.fromkeys((known.model_id, *known.aliases))
        return replace(known, model_id=model_id, aliases=tuple(name for name in names if name != own_id))
