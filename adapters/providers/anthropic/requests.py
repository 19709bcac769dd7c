"""Writing a Messages request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.images import Eyes
from application.ports.generation import TextPart

if TYPE_CHECKING:
    from application.ports.generation import GenerationRequest, ImagePart, Message

DEFAULT_MAX_TOKENS: Final = 4_096
"""What is asked for when nobody said how long an answer may be, for Anthropic wants to be told: the most that every
model it has had can write."""

# platform.claude.com/docs/en/api/versioning: refused with 400 from this version on.
_WITHOUT_SAMPLING: Final = "2026-10-21"
_EYES: Final = Eyes(label="Anthropic", media_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}))


def message_request(
    request: GenerationRequest, version: str, *, default_max_tokens: int = DEFAULT_MAX_TOKENS, stream: bool = False
) -> dict[str, Any]:
    """Return the body; temperature and top_p only for versions of the API that have them.

    Raises:
        InvalidInput: Anthropic does not take one of the images.
    """
    body: dict[str, Any] = {
        "model": request.model_id,
        "max_tokens": default_max_tokens if request.max_tokens is None else request.max_tokens,
        "messages": [_message(message) for message in request.messages if message.role != "system"],
    }
    system = [_words(message) for message in request.messages if message.role == "system"]
    if system:
        body["system"] = "\n\n".join(system)
    if version < _WITHOUT_SAMPLING:
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.top_p is not None:
            body["top_p"] = request.top_p
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if stream:
        body["stream"] = True
    return body


def _words(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if isinstance(part, TextPart))


def _message(message: Message) -> dict[str, Any]:
    parts = message.parts
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return {"role": message.role, "content": parts[0].text}
    return {"role": message.role, "content": [_block(part) for part in parts]}


def _block(part: TextPart | ImagePart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    _EYES.check(part)
    if part.data is None:
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    source = {"type": "base64", "media_type": (part.media_type or "").lower(), "data": part.data}
    return {"type": "image", "source": source}
