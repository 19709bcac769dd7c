"""The view of `POST /chat/completions`, for every server that has one."""

from sandbox.answers import Answer, EventStream, RefusedError
from sandbox.call import Call
from sandbox.catalogue import Model
from sandbox.json_types import JsonObject, objects_at
from sandbox.providers.openai_shape.accent import Accent
from sandbox.providers.openai_shape.chunks import Chunks
from sandbox.providers.openai_shape.completion import completion
from sandbox.providers.openai_shape.reading import read_limit, read_prompt
from sandbox.providers.provider import Handle
from sandbox.reply import Reply, write_reply

_CONTEXT = 128_000


def chat(accent: Accent) -> Handle:
    """The view, speaking with this accent."""

    def handle(call: Call) -> Answer | EventStream:
        model = find_chat_model(call, str(call.json().get("model") or ""), accent)
        return answer_chat(call, model, accent)

    return handle


def answer_chat(call: Call, model: Model, accent: Accent) -> Answer | EventStream:
    """The completion of the call by this model, streamed when that was asked for."""
    body = call.json()
    thinking = accent.thinking(body, model)
    accent.check(body)
    if accent.thoughts_must_return and model.reasoning:
        _require_thoughts(body, accent.thoughts_field or "")
    reply = write_reply(read_prompt(body, model, thinking), read_limit(body))
    _refuse_marked(body, reply)
    if call.operation == "stream":
        return Chunks(call, model, reply, accent).stream()
    return completion(call, model, reply, accent)


def find_chat_model(call: Call, name: str, accent: Accent) -> Model:
    """The model to talk to.

    Raises:
        RefusedError: none was named, it does not exist, or it does not chat.
    """
    if not name:
        raise RefusedError(400, "you must provide a model parameter")
    model = call.catalogue.find(name)
    if model is None:
        raise accent.unknown_model(name)
    if model.kind not in {"chat", "audio"}:
        message = (
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?"
        )
        raise RefusedError(404, message, param="model")
    return model


def _refuse_marked(body: JsonObject, reply: Reply) -> None:
    """Refuse what a mark in the prompt says to refuse."""
    if "too-long" in reply.marks:
        message = (
            f"This model's maximum context length is {_CONTEXT} tokens. However, your messages resulted in "
            f"{_CONTEXT + reply.input_tokens} tokens. Please reduce the length of the messages."
        )
        raise RefusedError(400, message, code="context_length_exceeded", param="messages")
    if "no-stream-options" in reply.marks and "stream_options" in body:
        raise RefusedError(400, "Unrecognized request argument supplied: stream_options", param="stream_options")


def _require_thoughts(body: JsonObject, field: str) -> None:
    """DeepSeek's rule for models that think (api-docs.deepseek.com/guides/thinking_mode, tool calls)."""
    for at, message in enumerate(objects_at(body, "messages")):
        if objects_at(message, "tool_calls") and field not in message:
            text = (
                f"Missing `{field}` field in the assistant message at message index {at}. For more information, please "
                "refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls"
            )
            raise RefusedError(400, text)
