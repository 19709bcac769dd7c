"""The views of `POST /responses` and `POST /responses/input_tokens`."""

from collections.abc import Callable
from typing import TypeAlias

from sandbox.answers import Answer, EventStream, RefusedError
from sandbox.call import Call
from sandbox.cases import Case, play
from sandbox.catalogue import Model
from sandbox.json_types import JsonObject, text_at
from sandbox.prompt import Prompt
from sandbox.providers.openai.rules import read_responses_thinking
from sandbox.providers.openai_shape.accent import unknown_model
from sandbox.providers.openai_shape.errors import error_frame as chat_error_frame
from sandbox.providers.responses.events import Events, named_frame
from sandbox.providers.responses.output import Output
from sandbox.providers.responses.reading import read_limit, read_prompt
from sandbox.reply import write_reply
from sandbox.tokens import count_tokens

FindModel: TypeAlias = Callable[[Call], Model]
_TOO_LONG = "Your input exceeds the context window of this model. Please adjust your input and try again."


def create_response(call: Call, find: FindModel | None = None) -> Answer | EventStream:
    """The model's response, streamed when that was asked for."""
    model = (find or _find_model)(call)
    reply = write_reply(_prompt(call, model), read_limit(call.json()))
    if "too-long" in reply.marks:
        raise RefusedError(400, _TOO_LONG, code="context_length_exceeded", param="input")
    output = Output(call, model, reply)
    if call.operation == "stream":
        return Events(output).stream()
    return Answer(body=output.response())


def count_input_tokens(call: Call, find: FindModel | None = None) -> Answer:
    """What a response would cost as input."""
    prompt = _prompt(call, (find or _find_model)(call))
    return Answer(body={"object": "response.input_tokens", "input_tokens": count_tokens(prompt)})


def not_kept(call: Call) -> Answer:
    """No response is kept.

    Raises:
        RefusedError: always.
    """
    raise RefusedError(404, f"Response with id '{call.parameters['response']}' not found.")


def error_frame(case: Case, call: Call) -> bytes:
    """The case as an event: of Responses on its own address, of Chat Completions elsewhere.

    A prompt that is too long fails the response; anything else is an error of the stream.
    """
    body = play(case, call).body
    facts = body.get("error") if isinstance(body, dict) else None
    if not call.path.endswith("/responses") or not isinstance(facts, dict):
        return chat_error_frame(case, call)
    if facts.get("code") != "context_length_exceeded":
        return named_frame({"type": "error", "sequence_number": 2, "error": facts})
    response: JsonObject = {"id": f"resp_{call.token(48)}", "object": "response", "created_at": int(call.now)}
    response |= {"status": "failed", "model": call.asked_model(), "output": [], "usage": None, "tools": []}
    response |= {"parallel_tool_calls": True, "tool_choice": "auto"}
    failure = {"code": "context_length_exceeded", "message": _TOO_LONG}
    return named_frame({"type": "response.failed", "sequence_number": 2, "response": {**response, "error": failure}})


def _prompt(call: Call, model: Model) -> Prompt:
    return read_prompt(call, model, read_responses_thinking(call.json(), model))


def _find_model(call: Call) -> Model:
    name = text_at(call.json(), "model")
    if not name:
        raise RefusedError(400, "Missing required parameter: 'model'.", code="missing_required_parameter")
    model = call.catalogue.find(name)
    if model is None:
        raise unknown_model(name)
    if model.kind not in {"chat", "responses"}:
        message = f"The model '{name}' is not supported with the Responses API."
        raise RefusedError(400, message, code="model_not_supported", param="model")
    return model
