"""How much the models of compatible servers think: as asked, else as they like."""

from sandbox.catalogue import Model
from sandbox.json_types import JsonObject, object_at, text_at
from sandbox.prompt import EFFORTS, Thinking


def read_thinking(body: JsonObject, model: Model) -> Thinking | None:
    """The thinking of a model that thinks; an effort is taken where it is known, under either name."""
    if not model.reasoning:
        return None
    effort = text_at(body, "reasoning_effort") or text_at(object_at(body, "reasoning"), "effort")
    if effort not in EFFORTS:
        return Thinking()
    return Thinking(EFFORTS[effort], f"Effort: {effort}") if EFFORTS[effort] else None
