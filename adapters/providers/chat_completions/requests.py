"""Writing a chat completion request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.providers.images import data_url
from application.ports.generation import ImagePart, TextPart

if TYPE_CHECKING:
    from adapters.providers.chat_completions.accent import Accent
    from adapters.providers.images import Eyes
    from application.ports.generation import GenerationRequest, Message


def chat_request(request: GenerationRequest, accent: Accent, *, stream: bool = False) -> dict[str, Any]:
    """Return the body. What was asked for is sent as it is: whether the model takes it, the provider decides.

    Raises:
        InvalidInput: the provider does not take one of the images.
    """
    body: dict[str, Any] = {"messages": [_message(message, accent.eyes) for message in request.messages]}
    if accent.names_model:
        body["model"] = request.model_id
    if request.max_tokens is not None:
        body[accent.limit_name] = request.max_tokens
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.stop:
        body["stop"] = list(request.stop)
    if stream:
        body["stream"] = True
        if accent.asks_for_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def _message(message: Message, eyes: Eyes) -> dict[str, Any]:
    """Return a message; one of words alone as plain text, the only form that every server understands."""
    parts = message.parts
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return {"role": message.role, "content": parts[0].text}
    if not any(isinstance(part, ImagePart) for part in parts):
        return {"role": message.role, "content": "\n".join(part.text for part in parts if isinstance(part, TextPart))}
    return {"role": message.role, "content": [_part(part, eyes) for part in parts]}


def _part(part: TextPart | ImagePart, eyes: Eyes) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    eyes.check(part)
    image = {"url": data_url(part)}
    return {"type": "image_url", "image_url": image | {"detail": part.detail} if part.detail else image}
