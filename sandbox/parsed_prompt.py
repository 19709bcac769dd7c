"""A prompt parsed from any of the wire formats."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

#: First bytes of the formats that the providers accept.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
#: Tokens that a model thinks, by the effort requested.
EFFORTS: Mapping[str, int] = {"none": 0, "minimal": 4, "low": 8, "medium": 16, "high": 32, "xhigh": 64, "max": 128}


@dataclass(frozen=True, slots=True)
class Image:
    """An image or another file of the prompt; one given by URL is not fetched and has no size."""

    media_type: str
    byte_size: int | None
    #: `image`, or `file` for anything else.
    noun: Literal["image", "file"] = "image"

    def __str__(self) -> str:
        """How the reply speaks of it, e.g. `image/png, 70 bytes`."""
        if self.byte_size is None:
            return f"{self.media_type}, not fetched"
        return f"{self.media_type}, {self.byte_size} bytes"

    @property
    def is_audio(self) -> bool:
        """It is sound, which is billed apart."""
        return self.media_type.startswith("audio/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool on offer: the JSON Schema of its arguments, or free text."""

    name: str
    schema: Mapping[str, object]
    free_text: bool = False


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool returned."""

    name: str
    text: str
    #: The tool failed, where the protocol has a place to say so.
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model thinks this many tokens; its thoughts name `label`, e.g. the effort that was requested."""

    tokens: int = EFFORTS["medium"]
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation, or the tool results that came together."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str = ""
    images: tuple[Image, ...] = ()
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPrompt:
    """The user's last message, with everything else that the reply and its token counts depend on."""

    text: str
    images: tuple[Image, ...] = ()
    #: All other text, which is counted only.
    context: str = ""
    tools: tuple[Tool, ...] = ()
    #: One of the tools must be called.
    forced: bool = False
    #: More than one may be called.
    parallel: bool = True
    #: What tools returned in the last turn.
    results: tuple[ToolResult, ...] = ()
    #: Rounds of results since the user last said something.
    step: int = 0
    #: The answer is an instance of this JSON Schema.
    schema: Mapping[str, object] | None = None
    stops: tuple[str, ...] = ()
    thinking: Thinking | None = None


def prompt_from_turns(turns: Sequence[Turn], **asked: object) -> ParsedPrompt:
    """Build the prompt from turns; `asked` are further fields of `ParsedPrompt`."""
    spoken = [at for at, turn in enumerate(turns) if turn.role == "user" and turn.text]
    last = spoken[-1] if spoken else len(turns) - 1
    return ParsedPrompt(
        text=turns[last].text,
        images=tuple(image for turn in turns for image in turn.images),
        context="\n".join(text for at, turn in enumerate(turns) for text in _counted(turn, own=at == last)),
        results=turns[-1].results,
        step=sum(1 for turn in turns[last + 1 :] if turn.results),
        **asked,  # type: ignore[arg-type] # each reader names fields of Prompt
    )


def _counted(turn: Turn, *, own: bool) -> list[str]:
    return [*([] if own or not turn.text else [turn.text]), *(result.text for result in turn.results)]


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
