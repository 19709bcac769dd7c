"""`GET /models` and `GET /models/{id}` in OpenAI's envelope."""

from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused


def list_models(call: ApiCall) -> ProviderResponse:
    """All models on one page."""
    return ProviderResponse(body={"object": "list", "data": [model.entry for model in call.models()]})


def get_model(call: ApiCall) -> ProviderResponse:
    """One model.

    Raises:
        RequestRefused: there is none with this id.
    """
    name = call.parameters["model"]
    model = call.catalogue.find(name)
    if model is None:
        message = f"The model '{name}' does not exist"
        raise RequestRefused(404, message, code="model_not_found", param="model")
    return ProviderResponse(body=model.entry)
