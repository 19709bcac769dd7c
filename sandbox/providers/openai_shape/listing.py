"""`GET /models` and `GET /models/{id}` in OpenAI's envelope."""

from sandbox.answers import Answer, RefusedError
from sandbox.call import Call


def list_models(call: Call) -> Answer:
    """All models on one page."""
    return Answer(body={"object": "list", "data": [model.entry for model in call.models()]})


def get_model(call: Call) -> Answer:
    """One model.

    Raises:
        RefusedError: there is none with this id.
    """
    name = call.parameters["model"]
    model = call.catalogue.find(name)
    if model is None:
        message = f"The model '{name}' does not exist"
        raise RefusedError(404, message, code="model_not_found", param="model")
    return Answer(body=model.entry)
