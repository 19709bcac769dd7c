"""The view of `POST /chat_endpoint/completions`, for every server that has one."""

from sandbox.json_fields import JsonObject, objects_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply, write_reply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.completion import completion
from sandbox.providers.openai_compatible.read_request import read_limit, read_prompt
from sandbox.providers.openai_compatible.streamed_completion import StreamedCompletion
from sandbox.providers.simulated_provider import AnswerCall

_CONTEXT = 128_000


def chat_endpoint(options: ChatOptions) -> AnswerCall:
    """Return the handler for a server with these options."""

    def handle(call: ApiCall) -> ProviderResponse | ProviderStream:
        model = find_chat_model(call, str(call.json().get("model") or ""), options)
        return answer_chat(call, model, options)

    return handle


def answer_chat(call: ApiCall, model: SimulatedModel, options: ChatOptions) -> ProviderResponse | ProviderStream:
    """Return this model's completion of the call, streamed if requested."""
    body = call.json()
    thinking = options.thinking(body, model)
    options.check(body)
    if options.thoughts_must_return and model.reasoning:
        _require_thoughts(body, options.thoughts_field or "")
    call.prompt = read_prompt(body, model, thinking)
    reply = write_reply(call.prompt, read_limit(body))
    call.billed = reply.billed
    _refuse_by_directive(body, reply)
    if call.operation == "stream":
        return StreamedCompletion(call, model, reply, options).stream()
    return completion(call, model, reply, options)


def find_chat_model(call: ApiCall, name: str, options: ChatOptions) -> SimulatedModel:
    """The model to talk to.

    Raises:
        RequestRefused: none was named, it does not exist, or it does not chat.
    """
    if not name:
        raise RequestRefused(400, "you must provide a model parameter")
    model = call.catalogue.find(name)
    if model is None:
        raise options.unknown_model(name)
    if model.kind not in {"chat", "audio"}:
        message = (
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?"
        )
        raise RequestRefused(404, message, param="model")
    return model


def _refuse_by_directive(body: JsonObject, reply: ModelReply) -> None:
    """Refuse the request if a directive in the prompt says so."""
    if "too-long" in reply.directives:
        message = (
            f"This model's maximum context length is {_CONTEXT} tokens. However, your messages resulted in "
            f"{_CONTEXT + reply.input_tokens} tokens. Please reduce the length of the messages."
        )
        raise RequestRefused(400, message, code="context_length_exceeded", param="messages")
    if "no-stream-options" in reply.directives and "stream_options" in body:
        raise RequestRefused(400, "Unrecognized request argument supplied: stream_options", param="stream_options")


def _require_thoughts(body: JsonObject, field: str) -> None:
    """DeepSeek's rule for models that think (api-docs.deepseek.com/guides/thinking_mode, tool calls)."""
    for at, message in enumerate(objects_at(body, "messages")):
        if objects_at(message, "tool_calls") and field not in message:
            text = (
                f"Missing `{field}` field in the assistant message at message index {at}. For more information, please "
                "refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls"
            )
            raise RequestRefused(400, text)
