"""The refusals that are permitted, each with its reason, and what clients lose by themselves; all else fails."""

from dataclasses import dataclass
from typing import Final, Literal

from tests.clients.judging import Cell

PASSED: Final = "✓"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """A refusal of one of these fields, or their loss; with every client, api and upstream where none are named."""

    letter: str
    features: tuple[str, ...]
    fields: tuple[str, ...]
    reason: str
    upstreams: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    kind: Literal["refused", "lost"] = "refused"

    def fits(self, cell: Cell) -> bool:
        return (
            cell.feature in self.features
            and (not self.upstreams or cell.upstream in self.upstreams)
            and (not self.clients or cell.client in self.clients)
            and (not self.apis or cell.api in self.apis)
            and cell.outcome in {f"{self.kind}: {field}" for field in self.fields}
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
        reason="Nothing there counts the tokens of a prompt that is not run; clients estimate when they get 404.",
    ),
    Permitted(
        letter="f",
        kind="lost",
        features=("reasoning handed back", "reasoning handed back, streamed"),
        fields=("encrypted_content", "signature", "thoughtSignature", "reasoning_details"),
        clients=("Vercel AI SDK", "pydantic-ai", "LangChain"),
        apis=("chat_completions",),
        reason="Chat Completions has no field for sealed thoughts, and the client hands back none that it does not "
        "know: the conversation goes on without them.",
    ),
    Permitted(
        letter="g",
        kind="lost",
        features=("reasoning", "reasoning, streamed"),
        fields=("thoughts",),
        clients=("LangChain",),
        apis=("chat_completions",),
        reason="Chat Completions has no field for thoughts, and the client shows none that it does not know.",
    ),
)  # fmt: skip


def shown(cell: Cell) -> str | None:
    """Return what the table shows of a cell; none of one that failed, by a refusal that is not permitted or at all."""
    if cell.outcome == "passed":
        return PASSED
    return next((f"({each.letter})" for each in PERMITTED if each.fits(cell)), None)
