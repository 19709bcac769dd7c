"""Which model would run a prompt, and why each other would not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.policies.candidates import Selection, Wanted
    from application.prompts.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectModel:
    """Explain a choice. Viewers and up; no provider is called."""

    wanted: Wanted
    has_images: bool = False


async def select_model(query: SelectModel, *, readiness: Readiness) -> Selection:
    """Return the verdict on every model that is asked for, or on all of them when a need is described.

    Raises:
        ModelNotFound: none is called what was asked for.
        Unavailable: the database cannot be reached.
    """
    _, selection = await readiness.chosen(query.wanted, has_images=query.has_images)
    return selection
