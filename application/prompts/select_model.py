"""Which model would run a prompt, and why each other would not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.prompts.runnable_models_cache import RunnableModelsCache
    from application.prompts.selection_candidates import ModelSelector, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectModel:
    """Explain a choice. Viewers and up; no provider is called."""

    selector: ModelSelector
    has_images: bool = False


async def select_model(query: SelectModel, *, runnable_models: RunnableModelsCache) -> Selection:
    """Return every requested model with its rank and findings, or all models for a set of needs.

    Raises:
        ModelNotFound: none is called what was asked for.
        Unavailable: the database cannot be reached.
    """
    _, selection = await runnable_models.chosen(query.selector, has_images=query.has_images)
    return selection
