"""`embedContent` and `batchEmbedContents`."""

from collections.abc import Mapping

from sandbox.answers import Answer, RefusedError
from sandbox.call import Call
from sandbox.catalogue import Model
from sandbox.json_types import JsonObject, object_at, objects_at, text_at
from sandbox.providers.google.fields import either
from sandbox.providers.google.listing import find_model
from sandbox.tokens import split_tokens
from sandbox.vectors import vector

_INVALID = "INVALID_ARGUMENT"
_FULL_SIZE = 3072
_OLD_SIZE = 768
_MOST_REQUESTS = 100


def embed_one(call: Call) -> Answer:
    """The vector of one content."""
    model = find_model(call, "embedContent")
    return Answer(body={"embedding": _embed(call.json(), model)})


def embed_many(call: Call) -> Answer:
    """The vectors of several contents, in their order.

    Raises:
        RefusedError: there are none or too many, or one is for another model.
    """
    model = find_model(call, "embedContent")
    requests = objects_at(call.json(), "requests")
    if not requests:
        raise RefusedError(400, "* BatchEmbedContentsRequest.requests: requests is not specified\n", kind=_INVALID)
    if len(requests) > _MOST_REQUESTS:
        message = f"* BatchEmbedContentsRequest.requests: at most {_MOST_REQUESTS} requests can be in one batch\n"
        raise RefusedError(400, message, kind=_INVALID)
    for at, request in enumerate(requests):
        if text_at(request, "model").removeprefix("models/") != call.parameters["model"]:
            message = (
                f"* BatchEmbedContentsRequest.requests[{at}].model: model must be the same as the one in the parent "
                "request\n"
            )
            raise RefusedError(400, message, kind=_INVALID)
    return Answer(body={"embeddings": [_embed(request, model) for request in requests]})


def _embed(request: Mapping[str, object], model: Model) -> JsonObject:
    parts = objects_at(object_at(request, "content"), "parts")
    text = "\n".join(text_at(part, "text") for part in parts)
    if not text:
        raise RefusedError(400, "* EmbedContentRequest.content: content is empty\n", kind=_INVALID)
    if len(split_tokens(text)) > (model.input_limit or _FULL_SIZE):
        message = f"The input token count exceeds the maximum number of tokens allowed ({model.input_limit})."
        raise RefusedError(400, message, kind=_INVALID)
    full = _FULL_SIZE if "gemini" in model.id else _OLD_SIZE
    size = either(request, "outputDimensionality")
    if size is not None and not (isinstance(size, int) and 0 < size <= full):
        message = f"* EmbedContentRequest.output_dimensionality: must be between 1 and {full}\n"
        raise RefusedError(400, message, kind=_INVALID)
    task = str(either(request, "taskType") or "") if model.id != "gemini-embedding-2" else ""
    return {"values": vector(f"{task} {text}".strip(), size if isinstance(size, int) else full)}
