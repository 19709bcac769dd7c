"""Writing a Messages request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.images import Eyes
from application.ports.generation import TextPart

if TYPE_CHECKING:
    from application.ports.generation import GenerationRequest, ImagePart, Message

# Anthropic wants to be told how long an answer may be. Every Claude from 4.5 on writes at least the first number, and
# every model that speaks its protocol the second (platform.claude.com/docs/en/about-claude/models/overview).
_SINCE_4_5: Final = 64_000
_EVERY_MODEL: Final = 4_096
# claude-sonnet-4-5-20250929, claude-opus-5, claude-haiku-5-5; before 4 the number came first, and a date may follow it.
_CLAUDE: Final = re.compile(r"claude-[a-z]+-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_FIRST_LONG_WRITER: Final = (4, 5)

# platform.claude.com/docs/en/api/versioning: refused with 400 from this version on.
_WITHOUT_SAMPLING: Final = "2026-10-21"
_EYES: Final = Eyes(label="Anthropic", media_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}))


def message_request(
    request: GenerationRequest, version: str, *, default_max_tokens: int | None = None, stream: bool = False
) -> dict[str, Any]:
    """Return the body; temperature and top_p only for versions of the API that have them.

    An answer may be as long as the prompt says, else as the model can write, else `default_max_tokens`.

    Raises:
        InvalidInput: Anthropic does not take one of the images.
    """
    body: dict[str, Any] = {
        "model": request.model_id,
        "max_tokens": (
            request.max_tokens or request.output_limit or default_max_tokens or _longest_answer(request.model_id)
        ),
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


def _longest_answer(model_id: str) -> int:
    """Return how many tokens a model writes of which nothing is known but its name."""
    found = _CLAUDE.search(model_id)
    if found is None or (int(found[1]), int(found[2] or 0)) < _FIRST_LONG_WRITER:
        return _EVERY_MODEL
    return _SINCE_4_5


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
