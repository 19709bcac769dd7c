"""The handlers of `POST /responses` and `POST /responses/input_tokens`."""

from collections.abc import Callable
from typing import TypeAlias

from sandbox.json_fields import JsonObject, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import write_reply
from sandbox.parsed_prompt import ParsedPrompt
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.openai.reasoning_rules import read_responses_thinking
from sandbox.providers.openai_compatible.chat_options import unknown_model
from sandbox.providers.openai_compatible.error_envelope import error_frame as chat_error_frame
from sandbox.providers.openai_responses.read_request import read_limit, read_prompt
from sandbox.providers.openai_responses.response_object import ResponseObject
from sandbox.providers.openai_responses.streamed_response import StreamedResponse, named_frame
from sandbox.refusal_cases import RefusalCase, refusal_response
from sandbox.token_counting import count_tokens

FindModel: TypeAlias = Callable[[ApiCall], SimulatedModel]
_TOO_LONG = "Your input exceeds the context window of this model. Please adjust your input and try again."


def create_response(call: ApiCall, find: FindModel | None = None) -> ProviderResponse | ProviderStream:
    """The model's response, streamed if requested."""
    model = (find or _find_model)(call)
    call.prompt = _prompt(call, model)
    reply = write_reply(call.prompt, read_limit(call.json()))
    call.billed = reply.billed
    if "too-long" in reply.directives:
        raise RequestRefused(400, _TOO_LONG, code="context_length_exceeded", param="input")
    output = ResponseObject(call, model, reply)
    if call.operation == "stream":
        return StreamedResponse(output).stream()
    return ProviderResponse(body=output.response())


def count_input_tokens(call: ApiCall, find: FindModel | None = None) -> ProviderResponse:
    """What a response would cost as input."""
    prompt = _prompt(call, (find or _find_model)(call))
    return ProviderResponse(body={"object": "response.input_tokens", "input_tokens": count_tokens(prompt)})


def not_kept(call: ApiCall) -> ProviderResponse:
    """No response is kept.

    Raises:
        RequestRefused: always.
    """
    raise RequestRefused(404, f"Response with id '{call.parameters['response']}' not found.")


def error_frame(case: RefusalCase, call: ApiCall) -> bytes:
    """The case as an event: of Responses on its own address, of Chat Completions elsewhere.

    A prompt that is too long fails the response; anything else is an error of the stream.
    """
    body = refusal_response(case, call).body
    facts = body.get("error") if isinstance(body, dict) else None
    if not call.path.endswith("/responses") or not isinstance(facts, dict):
        return chat_error_frame(case, call)
    if facts.get("code") != "context_length_exceeded":
        return named_frame({"type": "error", "sequence_number": 2, "error": facts})
    response: JsonObject = {"id": f"resp_{call.token(48)}", "object": "response", "created_at": int(call.now)}
    response |= {"status": "failed", "model": call.requested_model(), "output": [], "usage": None, "tools": []}
    response |= {"parallel_tool_calls": True, "tool_choice": "auto"}
    failure = {"code": "context_length_exceeded", "message": _TOO_LONG}
    return named_frame({"type": "response.failed", "sequence_number": 2, "response": {**response, "error": failure}})


def _prompt(call: ApiCall, model: SimulatedModel) -> ParsedPrompt:
    return read_prompt(call, model, read_responses_thinking(call.json(), model))


def _find_model(call: ApiCall) -> SimulatedModel:
    name = text_at(call.json(), "model")
    if not name:
        raise RequestRefused(400, "Missing required parameter: 'model'.", code="missing_required_parameter")
    model = call.catalogue.find(name)
    if model is None:
        raise unknown_model(name)
    if model.kind not in {"chat", "responses"}:
        message = f"The model '{name}' is not supported with the Responses API."
        raise RequestRefused(400, message, code="model_not_supported", param="model")
    return model
