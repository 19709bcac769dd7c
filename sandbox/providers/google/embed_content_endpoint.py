"""`embedContent` and `batchEmbedContents`."""

from collections.abc import Mapping

from sandbox.json_fields import JsonObject, object_at, objects_at, text_at
from sandbox.make_embeddings import embedding_vector
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.google.known_fields import either
from sandbox.providers.google.list_models import find_model
from sandbox.token_counting import split_tokens

_INVALID = "INVALID_ARGUMENT"
_FULL_SIZE = 3072
_OLD_SIZE = 768
_MOST_REQUESTS = 100


def embed_one(call: ApiCall) -> ProviderResponse:
    """The vector of one content."""
    model = find_model(call, "embedContent")
    return ProviderResponse(body={"embedding": _embed(call.json(), model)})


def embed_many(call: ApiCall) -> ProviderResponse:
    """The vectors of several contents, in their order.

    Raises:
        RequestRefused: there are none or too many, or one is for another model.
    """
    model = find_model(call, "embedContent")
    requests = objects_at(call.json(), "requests")
    if not requests:
        raise RequestRefused(400, "* BatchEmbedContentsRequest.requests: requests is not specified\n", kind=_INVALID)
    if len(requests) > _MOST_REQUESTS:
        message = f"* BatchEmbedContentsRequest.requests: at most {_MOST_REQUESTS} requests can be in one batch\n"
        raise RequestRefused(400, message, kind=_INVALID)
    for at, request in enumerate(requests):
        if text_at(request, "model").removeprefix("models/") != call.parameters["model"]:
            message = (
                f"* BatchEmbedContentsRequest.requests[{at}].model: model must be the same as the one in the parent "
                "request\n"
            )
            raise RequestRefused(400, message, kind=_INVALID)
    return ProviderResponse(body={"embeddings": [_embed(request, model) for request in requests]})


def _embed(request: Mapping[str, object], model: SimulatedModel) -> JsonObject:
    parts = objects_at(object_at(request, "content"), "parts")
    text = "\n".join(text_at(part, "text") for part in parts)
    if not text:
        raise RequestRefused(400, "* EmbedContentRequest.content: content is empty\n", kind=_INVALID)
    if len(split_tokens(text)) > (model.input_limit or _FULL_SIZE):
        message = f"The input token count exceeds the maximum number of tokens allowed ({model.input_limit})."
        raise RequestRefused(400, message, kind=_INVALID)
    full = _FULL_SIZE if "gemini" in model.id else _OLD_SIZE
    size = either(request, "outputDimensionality")
    if size is not None and not (isinstance(size, int) and 0 < size <= full):
        message = f"* EmbedContentRequest.output_dimensionality: must be between 1 and {full}\n"
        raise RequestRefused(400, message, kind=_INVALID)
    task = str(either(request, "taskType") or "") if model.id != "gemini-embedding-2" else ""
    return {"values": embedding_vector(f"{task} {text}".strip(), size if isinstance(size, int) else full)}
