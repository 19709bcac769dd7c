"""The refusals that are permitted, each with its reason; any other fails the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.clients.judging import Cell

PASSED: Final = "✓"
_REFUSED: Final = "refused: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """A refusal of one of these fields; of every client and at every upstream where none are named."""

    letter: str
    features: tuple[str, ...]
    fields: tuple[str, ...]
    upstreams: tuple[str, ...]
    reason: str
    clients: tuple[str, ...] = ()

    def fits(self, cell: Cell) -> bool:
        return (
            cell.feature in self.features
            and cell.upstream in self.upstreams
            and (not self.clients or cell.client in self.clients)
            and cell.outcome.removeprefix(_REFUSED) in self.fields
        )


PERMITTED: Final = (
    Permitted(
        letter="a",
        features=("forced tool",),
        fields=("tool_choice", "by the provider"),
        upstreams=("Anthropic 5.5",),
        reason="Opus 5.5 and its like take no forced tool, whether they were asked to think or not.",
    ),
    Permitted(
        letter="b",
        features=("schema output",),
        fields=("by the provider",),
        upstreams=("DeepSeek",),
        reason="DeepSeek takes `json_object` only, and says so itself.",
    ),
    Permitted(
        letter="c",
        features=("image",),
        fields=("by the provider",),
        upstreams=("DeepSeek", "vLLM"),
        reason="The models there do not see, and the provider says so itself.",
    ),
    Permitted(
        letter="d",
        features=("PDF",),
        fields=("input", "messages"),
        upstreams=("DeepSeek", "Ollama"),
        reason="The service takes no documents: their text is to be sent.",
    ),
    Permitted(
        letter="e",
        features=("count tokens",),
        fields=("count_tokens",),
        upstreams=(
            "Mistral", "DeepSeek", "OpenRouter", "Ollama", "Azure", "Groq", "xAI", "Together", "vLLM", "llama.cpp",
        ),
        reason="Nothing there counts the tokens of a prompt that is not run; clients estimate when they are told 404.",
    ),
)  # fmt: skip


def shown(cell: Cell) -> str | None:
    """Return what the table shows of a cell; none of one that failed, by a refusal that is not permitted or at all."""
    if cell.outcome == "passed":
        return PASSED
    if not cell.outcome.startswith(_REFUSED):
        return None
    return next((f"({each.letter})" for each in PERMITTED if each.fits(cell)), None)
