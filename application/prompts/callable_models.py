"""Which models a prompt can be run on by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.prompts.model_selection import TEXT_TYPES, select

if TYPE_CHECKING:
    from application.prompts.runnable_models_cache import RunnableModelsCache
    from application.prompts.selection_candidates import Candidate

_CALLABLE = (*TEXT_TYPES, "embedding", "unknown")


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A name that works as `model`, and the model that would be tried first under it."""

    name: str
    candidate: Candidate


async def callable_models(*, runnable_models: RunnableModelsCache) -> list[NamedModel]:
    """Return every name of the models in use that answer in text or vectors, or may, the preferred first.

    A model is called by its provider's name for it and by its own name here; under its id it is found as well. Viewers
    and up; no provider is called.

    Raises:
        Unavailable: the database cannot be reached.
    """
    ready = await runnable_models.ready()
    able = [each for each in ready.candidates if each.type in _CALLABLE and not each.is_retired]
    kept = select(able, None).kept
    named: dict[str, Candidate] = {}
    # A name that a provider has for a model stands before the same name given here.
    for candidate in kept:
        named.setdefault(candidate.provider_model_id, candidate)
    for candidate in kept:
        named.setdefault(candidate.name, candidate)
    return [NamedModel(name, candidate) for name, candidate in named.items()]
