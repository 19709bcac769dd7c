"""Which models a prompt can be run on by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.prompts.model_selection import TEXT_TYPES
from application.prompts.runnable_models_cache import RunnableModelsCache
from application.prompts.selection_candidates import Candidate

_CALLABLE = (*TEXT_TYPES, "embedding", "unknown")


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A name that works as `model`, and the model that would be tried first under it."""

    name: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class NamedModels:
    """A page of names in their order, and whether there are more."""

    named: Sequence[NamedModel]
    has_more: bool


async def callable_models(after: str | None, limit: int, *, runnable_models: RunnableModelsCache) -> NamedModels:
    """Return at most `limit` names, after this one, of models in use that answer in text or vectors, or may.

    A model is called by its provider's name for it and by its own name here; under its id it is found as well. Viewers
    and up; no provider is called.

    Raises:
        Unavailable: the database cannot be reached.
    """
    named, has_more = await runnable_models.callable_names(_CALLABLE, after=after, limit=limit)
    return NamedModels([NamedModel(name, candidate) for name, candidate in named], has_more)
