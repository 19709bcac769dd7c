"""A prompt as the sandbox understood it, whatever wire format it came in."""

import base64
import binascii
from dataclasses import dataclass

#: First bytes of the image formats that the providers accept.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the prompt; one given by URL is not fetched and has no size."""

    media_type: str
    byte_size: int | None

    def __str__(self) -> str:
        """How the reply speaks of it, e.g. `image/png, 70 bytes`."""
        if self.byte_size is None:
            return f"{self.media_type}, not fetched"
        return f"{self.media_type}, {self.byte_size} bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The last message and its images, with what is needed to count the whole input."""

    text: str
    images: tuple[Image, ...] = ()
    #: Text of the system prompt and of the earlier messages.
    context: str = ""


def decode_image(encoded: str) -> tuple[bytes, str | None]:
    """The bytes of a base64 image and the media type they really have.

    Raises:
        ValueError: it is not base64.
    """
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(encoded[:20]) from error
    return content, recognise(content)


def recognise(content: bytes) -> str | None:
    """The media type that the first bytes show; None for anything but PNG, JPEG, GIF and WebP."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for start, media_type in _SIGNATURES if content.startswith(start)), None)
