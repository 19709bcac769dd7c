"""Which models a prompt can be run on by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.policies.selection import TEXT_TYPES, select

if TYPE_CHECKING:
    from application.policies.candidates import Candidate
    from application.prompts.readiness import Readiness


async def callable_models(*, readiness: Readiness) -> list[Candidate]:
    """Return the models in use that answer in text, or may, the preferred first. Viewers and up; nobody is called.

    Raises:
        Unavailable: the database cannot be reached.
    """
    ready = await readiness.ready()
    able = [candidate for candidate in ready.candidates if candidate.type in (*TEXT_TYPES, "unknown")]
    return select([candidate for candidate in able if not candidate.is_retired], None).kept
