"""Requesting vectors, in OpenAI's shape and in Google's."""

import struct
from base64 import b64decode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from adapters.providers.chat_completions.completion import read_cost
from adapters.providers.error_mapping.classify_error import request_id_of
from adapters.providers.json_values import mapping, objects, text
from adapters.providers.prompting.answer_errors import refusal
from adapters.providers.prompting.parsed_completion import count, total
from adapters.providers.provider_client import ProviderClient, ProviderResponse, RequestLimits
from application.errors import InvalidInput
from application.prompts.completion import TokenUsage
from application.prompts.embedding import Embedded, EmbeddingRequest

_NUMBERS: Final = frozenset({float, int})
_MOST_BYTES: Final = 128 * 1024 * 1024
# Google takes 100 texts in one call (ai.google.dev/api/embeddings).
_A_BATCH: Final = 100
# Fields of OpenAI's shape without an equivalent at Google.
_SHAPES: Final = frozenset({"encoding_format", "model", "input", "dimensions"})


async def embed_in_openai_shape(
    exchange: ProviderClient, url: str, request: EmbeddingRequest, *, names_model: bool = True
) -> Embedded:
    """Return the vectors of a provider that speaks OpenAI's protocol; all other fields of the client are passed on.

    Raises:
        OutboundFailure: there was no answer that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    asked = request.input
    body: dict[str, Any] = {name: value for name, value in asked.others.items() if name not in _SHAPES}
    body["input"] = list(asked.texts) or [list(each) for each in asked.tokens]
    if names_model:
        body["model"] = request.model_id
    if asked.dimensions is not None:
        body["dimensions"] = asked.dimensions
    answer = await exchange.post(url, body, RequestLimits(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES))
    document = mapping(answer.document)
    rows = sorted(objects(document.get("data")), key=_index)
    vectors = [vector for row in rows if (vector := _vector(row.get("embedding"))) is not None]
    if len(vectors) != len(body["input"]):
        raise refusal(answer, answer.body, answer.document)
    usage = mapping(document.get("usage"))
    read = count(usage.get("prompt_tokens"))
    return _embedded(answer, vectors, read, answered_by=text(document.get("model")), cost_usd=read_cost(usage))


async def embed_in_google_shape(exchange: ProviderClient, url: str, request: EmbeddingRequest) -> Embedded:
    """Return the vectors of Google, requested in batches of 100; errors as above.

    Raises:
        InvalidInput: the inputs are tokens, which are those of another provider.
    """
    asked = request.input
    if asked.tokens:
        raise InvalidInput("/input", "Google Gemini takes texts, not tokens: send the texts themselves.")
    model = request.model_id if "/" in request.model_id else f"models/{request.model_id}"
    limits = RequestLimits(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES)
    vectors: list[Sequence[float]] = []
    counts: list[int | None] = []
    answer: ProviderResponse | None = None
    for first in range(0, len(asked.texts), _A_BATCH):
        batch = asked.texts[first : first + _A_BATCH]
        answer = await exchange.post(
            url, {"requests": [_google_request(model, each, asked.dimensions) for each in batch]}, limits
        )
        document = mapping(answer.document)
        found = [
            vector for row in objects(document.get("embeddings")) if (vector := _vector(row.get("values"))) is not None
        ]
        if len(found) != len(batch):
            raise refusal(answer, answer.body, answer.document)
        vectors += found
        counts.append(count(mapping(document.get("usageMetadata")).get("promptTokenCount")))
    if answer is None:
        raise InvalidInput("/input", "Send at least one text.")
    read = None if None in counts else total(*counts)
    ignored = tuple(name for name in asked.others if name not in _SHAPES)
    return _embedded(answer, vectors, read, answered_by=None, ignored=ignored)


def _google_request(model: str, words: str, dimensions: int | None) -> dict[str, Any]:
    encoded: dict[str, Any] = {"model": model, "content": {"parts": [{"text": words}]}}
    return encoded | ({"outputDimensionality": dimensions} if dimensions is not None else {})


def _embedded(
    answer: ProviderResponse,
    vectors: Sequence[Sequence[float]],
    read: int | None,
    *,
    answered_by: str | None,
    cost_usd: Decimal | None = None,
    ignored: tuple[str, ...] = (),
) -> Embedded:
    return Embedded(
        vectors=vectors,
        usage=TokenUsage(input_tokens=read, output_tokens=None if read is None else 0),
        answered_by=answered_by,
        cost_usd=cost_usd,
        upstream_request_id=request_id_of(answer.headers, answer.exchange.secrets),
        ignored_fields=ignored,
    )


def _index(row: Mapping[str, Any]) -> int:
    index = row.get("index")
    return index if type(index) is int else 0


def _vector(value: object) -> Sequence[float] | None:
    """Return a vector, also one that a server writes in base64 (32-bit floats, little end first) unasked."""
    if isinstance(value, list):
        # 100 vectors of a usual model are 150,000 numbers.
        return value if _NUMBERS.issuperset(map(type, value)) else None
    if isinstance(value, str):
        try:
            content = b64decode(value, validate=True)
            return struct.unpack(f"<{len(content) // 4}f", content)
        except (ValueError, struct.error):
            return None
    return None
