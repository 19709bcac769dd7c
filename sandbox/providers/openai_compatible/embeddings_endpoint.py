"""The handler of `POST /embeddings`."""

import base64
import struct
from collections.abc import Sequence

from sandbox.json_fields import JsonObject, count_at, list_at, text_at
from sandbox.make_embeddings import embedding_vector
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.chat_options import unknown_model
from sandbox.token_counting import split_tokens

#: Numbers in a vector; the newer models of OpenAI accept a request for fewer.
_SIZES = {"text-embedding-3-large": 3072, "text-embedding-3-small": 1536, "text-embedding-ada-002": 1536}
_USUAL_SIZE = 1024
_MOST_INPUTS = 2048
_LONGEST_INPUT = 8192
_MOST_TOKENS = 300_000


def create_embeddings(call: ApiCall) -> ProviderResponse:
    """A vector for each input, the same for the same text; as numbers or as base64 of little-endian floats."""
    model = find_embedding_model(call, text_at(call.json(), "model"))
    return answer_embeddings(call, model)


def find_embedding_model(call: ApiCall, name: str) -> SimulatedModel:
    """The model to embed with.

    Raises:
        RequestRefused: none was named, it does not exist, or it does not embed.
    """
    if not name:
        raise RequestRefused(400, "you must provide a model parameter")
    model = call.catalogue.find(name)
    if model is None:
        raise unknown_model(name)
    if "embedding" not in model.kind:
        raise RequestRefused(403, "You are not allowed to generate embeddings from this model")
    return model


def answer_embeddings(call: ApiCall, model: SimulatedModel) -> ProviderResponse:
    """The vectors of the call's inputs by this model.

    Raises:
        RequestRefused: an input is empty or too long, there are too many, or the model has no such size.
    """
    body = call.json()
    inputs = _inputs(body)
    counts = [_count(text) for text in inputs]
    _check_counts(counts)
    size = _size(body, model)
    vectors = [embedding_vector(repr(text) if isinstance(text, list) else str(text), size) for text in inputs]
    in_text = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": at, "embedding": _packed(numbers) if in_text else numbers}
        for at, numbers in enumerate(vectors)
    ]
    call.billed = {"inputTokens": sum(counts), "outputTokens": 0}
    usage = {"prompt_tokens": sum(counts), "total_tokens": sum(counts)}
    return ProviderResponse(body={"object": "list", "data": data, "model": model.snapshot, "usage": usage})


def _inputs(body: JsonObject) -> Sequence[object]:
    """Texts or lists of tokens; one of either is a list of one."""
    if isinstance(body.get("input"), str):
        inputs: Sequence[object] = [text_at(body, "input")]
    else:
        inputs = list_at(body, "input")
        inputs = [list(inputs)] if inputs and isinstance(inputs[0], int) else inputs
    if not inputs:
        raise RequestRefused(400, "'$.input' is invalid. Please check the API reference.", param="input")
    if len(inputs) > _MOST_INPUTS:
        message = (
            f"Invalid 'input': array too long. Expected an array with maximum length {_MOST_INPUTS}, but got an array "
            f"with length {len(inputs)} instead."
        )
        raise RequestRefused(400, message, code="array_above_max_length", param="input")
    if any(not text for text in inputs):
        raise RequestRefused(400, "Invalid 'input': input cannot be an empty string.", param="input")
    return inputs


def _count(text: object) -> int:
    return len(text) if isinstance(text, list) else len(split_tokens(str(text)))


def _check_counts(counts: Sequence[int]) -> None:
    longest = max(counts)
    if longest > _LONGEST_INPUT:
        message = (
            f"This model's maximum context length is {_LONGEST_INPUT} tokens, however you requested {longest} tokens "
            f"({longest} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
        )
        raise RequestRefused(400, message)
    if sum(counts) > _MOST_TOKENS:
        message = f"Requested {sum(counts)} tokens, max {_MOST_TOKENS} tokens per request"
        raise RequestRefused(400, message, kind="max_tokens_per_request", code="max_tokens_per_request")


def _size(body: JsonObject, model: SimulatedModel) -> int:
    full = next((size for name, size in _SIZES.items() if name in model.snapshot), _USUAL_SIZE)
    asked = count_at(body, "dimensions")
    if asked is None:
        return full
    if "ada" in model.snapshot:
        raise RequestRefused(400, "This model does not support specifying dimensions.", param="dimensions")
    if not 0 < asked <= full:
        message = f"Invalid value for 'dimensions' = {asked}. Must be less than or equal to {full}."
        raise RequestRefused(400, message, param="dimensions")
    return asked


def _packed(numbers: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
