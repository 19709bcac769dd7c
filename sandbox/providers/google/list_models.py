"""`GET /v1beta/models`: pages of 50 by default, with an opaque token for the next."""

import base64
import binascii

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1_000
_INVALID = "INVALID_ARGUMENT"


def list_models(call: ApiCall) -> ProviderResponse:
    """One page; the last has no `nextPageToken` at all.

    Raises:
        RequestRefused: the size is negative or the token is not one of ours.
    """
    size = _size(call)
    start = _start(call.query.get("pageToken", ""))
    if call.has_fault("endless_pages"):
        return _answer(_endless(call, start, size), start + size)
    if call.has_fault("repeating_page_token"):
        return _answer([model.entry for model in call.models()[:size]], size)
    models = [model for model in call.models() if is_served(call, model)]
    end = start + size
    return _answer([model.entry for model in models[start:end]], end if end < len(models) else None)


def get_model(call: ApiCall) -> ProviderResponse:
    """One model.

    Raises:
        RequestRefused: there is none with this name in this version of the API.
    """
    return ProviderResponse(body=find_model(call, "GetModel").entry)


def find_model(call: ApiCall, method: str) -> SimulatedModel:
    """The model that the path names.

    Raises:
        RequestRefused: it does not exist, not in this version of the API, or does not know the method.
    """
    name = call.parameters["model"]
    model = call.catalogue.find(name)
    if model is None or not is_served(call, model) or not _knows(model, method):
        message = (
            f"models/{name} is not found for API version {call.parameters['version']}, or is not supported for "
            f"{method}. Call ModelService.ListModels to see the list of available models and their supported methods."
        )
        raise RequestRefused(404, message, kind="NOT_FOUND")
    return model


def is_served(call: ApiCall, model: SimulatedModel) -> bool:
    """Version 1 leaves out previews and experiments."""
    return call.parameters["version"] != "v1" or not ("preview" in model.id or "-exp" in model.id)


def _knows(model: SimulatedModel, method: str) -> bool:
    methods = model.entry["supportedGenerationMethods"]
    return method == "GetModel" or (isinstance(methods, list) and method.replace("streamG", "g") in methods)


def _answer(entries: list[JsonObject], next_start: int | None) -> ProviderResponse:
    if next_start is None:
        return ProviderResponse(body={"models": entries})
    token = base64.urlsafe_b64encode(f"sandbox:{next_start}".encode()).decode()
    return ProviderResponse(body={"models": entries, "nextPageToken": token})


def _size(call: ApiCall) -> int:
    text = call.query.get("pageSize", "")
    if text and not text.lstrip("-").isdigit():
        message = f"Invalid value at 'page_size' (TYPE_INT32), \"{text}\""
        raise RequestRefused(400, message, kind=_INVALID)
    if text.startswith("-"):
        raise RequestRefused(400, "page_size must be non-negative.", kind=_INVALID)
    return min(int(text or 0), _LARGEST_SIZE) or _DEFAULT_SIZE


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        plain = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        plain = ""
    start = plain.removeprefix("sandbox:")
    if start == plain or not start.isdigit():
        raise RequestRefused(400, "The page token is invalid.", kind=_INVALID)
    return int(start)


def _endless(call: ApiCall, start: int, size: int) -> list[JsonObject]:
    pattern = call.catalogue.models()[0].entry
    names = (f"models/gemini-endless-{number}" for number in range(start, start + size))
    return [{**pattern, "name": name, "displayName": name} for name in names]
