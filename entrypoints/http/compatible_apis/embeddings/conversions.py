"""Converts the bodies of the embedding routes to the use case, and its results to answers."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from struct import pack
from typing import Any, Final

from application.prompts.conversation import Conversation
from application.prompts.embed_texts import EmbeddingAnswer
from application.prompts.embedding import EmbeddingInput
from application.prompts.selection_candidates import ModelSelector, Requirements
from entrypoints.http.compatible_apis.embeddings.bodies import EmbeddingBody

_READ: Final = frozenset({"model", "input", "dimensions", "encoding_format", "deadlineSeconds", "deadline_seconds"})


def inputs_of(body: EmbeddingBody, document: Mapping[str, Any]) -> EmbeddingInput:
    """Return what is to be embedded; fields that are not known here go to a provider of the same protocol."""
    asked = body.input
    texts: tuple[str, ...] = ()
    tokens: tuple[tuple[int, ...], ...] = ()
    if isinstance(asked, str):
        texts = (asked,)
    else:
        texts = tuple(each for each in asked if isinstance(each, str))
        tokens = tuple(tuple(each) for each in asked if isinstance(each, list))
        if not texts and not tokens:
            tokens = (tuple(each for each in asked if isinstance(each, int)),)
    others = {name: value for name, value in document.items() if name not in _READ}
    return EmbeddingInput(texts=texts, tokens=tokens, dimensions=body.dimensions, others=others)


def embedding_list(answer: EmbeddingAnswer, *, model: str, in_base64: bool) -> dict[str, Any]:
    """Return the vectors in OpenAI's shape. In base64 if requested: its SDKs do, and decode nothing else right."""
    embedded = answer.embedded
    read = embedded.usage.input_tokens or 0
    return {
        "object": "list",
        "data": [embedding_row(index, vector, in_base64=in_base64) for index, vector in enumerate(embedded.vectors)],
        "model": embedded.answered_by or model,
        "usage": {"prompt_tokens": read, "total_tokens": read},
    }


def embedding_row(index: int, vector: Sequence[float], *, in_base64: bool) -> dict[str, Any]:
    """Return one vector; in base64 it is 32-bit floats, little end first."""
    return {"object": "embedding", "index": index, "embedding": _base64(vector) if in_base64 else vector}


def preferred_embedding(selector: ModelSelector) -> ModelSelector:
    """Return the selector; requirements that name no type are of an embedding model."""
    if isinstance(selector, Requirements) and selector.type is None:
        return Requirements(
            type="embedding",
            capabilities=selector.capabilities,
            max_cost_per_1k=selector.max_cost_per_1k,
            min_context_window=selector.min_context_window,
            strategy=selector.strategy,
        )
    return selector


def no_conversation(_: Mapping[str, Any]) -> Conversation:
    """Embeddings have none; never called."""
    raise AssertionError("an embedding has no conversation")


def _base64(vector: Sequence[float]) -> str:
    return b64encode(pack(f"<{len(vector)}f", *vector)).decode()
