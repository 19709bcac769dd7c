"""Between the bodies of the OpenAI-compatible routes and the use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application.policies.candidates import ModelByAnyName
from application.policies.parameters import Parameters
from application.ports.generation import ImagePart, Message, TextPart
from application.prompts.request import Prompt
from entrypoints.http.bodies.chat_completions import TextContent, unsupported
from entrypoints.http.error_kinds import UNSUPPORTED
from entrypoints.http.pointers import pointer_to
from entrypoints.http.refusals import FieldError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.generation import TokenUsage
    from application.prompts.answer import PromptAnswer
    from entrypoints.http.bodies.chat_completions import ChatCompletion, ChatMessage, Content

_FINISHED = {"stop": "stop", "length": "length", "content_filter": "content_filter", "tool_calls": "tool_calls"}


def prompt_of(body: ChatCompletion) -> Prompt:
    """Return the prompt that the body asks to run.

    Raises:
        InvalidRequest: it asks for something that is not done here.
    """
    places = unsupported(body)
    if places:
        errors = [FieldError(pointer_to(place), "is not supported here", UNSUPPORTED) for place in places[:100]]
        raise InvalidRequest(f"The body is not allowed: {errors[0].pointer} {errors[0].message}.", errors=errors)
    return Prompt(
        wanted=ModelByAnyName(body.model),
        messages=tuple(_message(message, index) for index, message in enumerate(body.messages)),
        parameters=Parameters(
            temperature=None if body.temperature is None else float(body.temperature),
            top_p=None if body.top_p is None else float(body.top_p),
            max_tokens=body.max_completion_tokens or body.max_tokens,
            stop=(body.stop,) if isinstance(body.stop, str) else None if body.stop is None else tuple(body.stop),
        ),
        deadline_seconds=None if body.deadline_seconds is None else float(body.deadline_seconds),
    )


def _message(message: ChatMessage, index: int) -> Message:
    content = message.content
    parts = (TextPart(content),) if isinstance(content, str) else tuple(_part(part) for part in content)
    role = "system" if message.role == "developer" else message.role
    if role != "user" and any(isinstance(part, ImagePart) for part in parts):
        place = f"/messages/{index}/content"
        raise InvalidRequest(
            "The body is not allowed: only messages of the user hold images.",
            errors=[FieldError(place, "holds an image, which only messages of the user can")],
        )
    return Message(role=role, parts=parts)


def _part(part: Content) -> TextPart | ImagePart:
    if isinstance(part, TextContent):
        return TextPart(part.text)
    url = part.image_url.url
    if not url.startswith("data:"):
        return ImagePart(url=url, detail=part.image_url.detail)
    described, _, data = url.removeprefix("data:").partition(";base64,")
    return ImagePart(media_type=described, data=data, detail=part.image_url.detail)


def completion_document(answer: PromptAnswer, *, completion_id: str, created: int) -> dict[str, Any]:
    """Return the answer as OpenAI's API has it; `created` is in seconds since 1970."""
    message = {"role": "assistant", "content": answer.generated.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(answer)}
    return {
        "id": completion_id,
        "object": "chat.completion",
        "created": created,
        "model": answered_by(answer),
        "choices": [choice],
        "usage": usage_document(answer.generated.usage),
    }


def chunk_document(
    delta: dict[str, Any] | None, *, completion_id: str, created: int, model: str, finish: str | None = None
) -> dict[str, Any]:
    """Return a piece of a streamed answer; without a delta the piece that carries the usage alone."""
    choices: Sequence[dict[str, Any]] = ()
    if delta is not None:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return {
        "id": completion_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": choices,
    }


def usage_document(usage: TokenUsage) -> dict[str, Any] | None:
    """Return the tokens as OpenAI's API has them, none where the provider did not count."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens or 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens or 0},
    }


def finish_reason(answer: PromptAnswer) -> str:
    """Return why the answer ended, in OpenAI's words."""
    return _FINISHED.get(answer.generated.finish_reason, "stop")


def answered_by(answer: PromptAnswer) -> str:
    """Return the snapshot that has answered, as far as the provider says."""
    return answer.generated.answered_by or answer.candidate.provider_model_id
