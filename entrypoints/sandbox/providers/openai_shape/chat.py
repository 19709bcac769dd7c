"""The view of `POST /chat/completions`, for every server that has one."""

from entrypoints.sandbox.answers import Answer, EventStream, RefusedError
from entrypoints.sandbox.call import Call
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.providers.openai_shape.accent import Accent
from entrypoints.sandbox.providers.openai_shape.completion import Chunks, completion
from entrypoints.sandbox.providers.openai_shape.reading import read_limit, read_prompt, refuse_sampling
from entrypoints.sandbox.providers.provider import Handle
from entrypoints.sandbox.reply import write_reply


def chat(accent: Accent) -> Handle:
    """The view, speaking with this accent."""

    def handle(call: Call) -> Answer | EventStream:
        body = call.json()
        model = find_chat_model(call, str(body.get("model") or ""), accent)
        if accent.strict_reasoning:
            refuse_sampling(body, model)
        return answer_chat(call, model, accent)

    return handle


def answer_chat(call: Call, model: Model, accent: Accent) -> Answer | EventStream:
    """The completion of the call by this model, streamed when that was asked for."""
    body = call.json()
    reply = write_reply(read_prompt(body, model), limit=read_limit(body), reasoning=model.reasoning)
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
