"""Writing a `generateContent` request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.images import Eyes
from application.ports.generation import TextPart

if TYPE_CHECKING:
    from application.ports.generation import GenerationRequest, ImagePart, Message

_EYES: Final = Eyes(
    label="Google Gemini",
    # ai.google.dev/gemini-api/docs/image-understanding
    media_types=frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}),
)


def content_request(request: GenerationRequest) -> dict[str, Any]:
    """Return the body, the same for a whole answer and for a stream.

    Raises:
        InvalidInput: Google does not take one of the images.
    """
    contents = [
        {"role": "model" if message.role == "assistant" else "user", "parts": _parts(message)}
        for message in request.messages
        if message.role != "system"
    ]
    body: dict[str, Any] = {"contents": contents}
    system = [part for message in request.messages if message.role == "system" for part in _parts(message)]
    if system:
        body["systemInstruction"] = {"parts": system}
    settings = _settings(request)
    if settings:
        body["generationConfig"] = settings
    return body


def _settings(request: GenerationRequest) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if request.max_tokens is not None:
        settings["maxOutputTokens"] = request.max_tokens
    if request.temperature is not None:
        settings["temperature"] = request.temperature
    if request.top_p is not None:
        settings["topP"] = request.top_p
    if request.stop:
        settings["stopSequences"] = list(request.stop)
    return settings


def _parts(message: Message) -> list[dict[str, Any]]:
    return [{"text": part.text} if isinstance(part, TextPart) else _image(part) for part in message.parts]


def _image(image: ImagePart) -> dict[str, Any]:
    _EYES.check(image)
    media_type = image.media_type.lower() if image.media_type else None
    if image.data is not None:
        return {"inlineData": {"mimeType": media_type, "data": image.data}}
    return {"fileData": {"fileUri": image.url} | ({"mimeType": media_type} if media_type else {})}
