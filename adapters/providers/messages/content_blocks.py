"""Content blocks of a Messages request."""

from collections.abc import Iterator
from typing import Any, Final

from adapters.providers.prompting.media_support import MediaSupport, text_of_document
from adapters.providers.prompting.tool_calls import arguments_object, plain_id
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

MEDIA: Final = MediaSupport(
    label="Anthropic",
    image_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
    fetches_documents=True,
)
THOUGHTS: Final = frozenset({"thinking", "redacted_thinking"})
_MOST_MARKS: Final = 4
_FAILED: Final = "The tool failed."


def block_of(part: Part) -> dict[str, Any] | None:
    """Return the content of the user or the assistant; none for empty text, which Anthropic refuses.

    Raises:
        InvalidInput: Anthropic does not take it.
    """
    match part:
        case Text() | Refusal():
            if not part.text:
                return None
            return marked({"type": "text", "text": part.text}, part.cache if isinstance(part, Text) else None)
        case Image():
            return _image(part)
        case Document():
            return _document(part)
        case Audio():
            MEDIA.check_audio(part)
    raise TypeError(type(part).__name__)


def thought_block(part: Reasoning, origin: str) -> dict[str, Any] | None:
    """Return a thought as it must be handed back; none unless it came from the same account and model."""
    if part.origin != origin:
        return None
    if part.redacted is not None:
        return {"type": "redacted_thinking", "data": part.redacted}
    if part.signature:
        return {"type": "thinking", "thinking": part.text, "signature": part.signature}
    return None


def call_block(call: ToolCall) -> dict[str, Any]:
    """Return a call.

    Raises:
        InvalidInput: its arguments are not an object.
    """
    return {"type": "tool_use", "id": plain_id(call.id), "name": call.name, "input": arguments_object(call)}


def result_block(result: ToolResult) -> dict[str, Any]:
    """Return the result of a call; errors as for `block_of`."""
    blocks = [block for part in result.parts if (block := block_of(part)) is not None]
    encoded: dict[str, Any] = {"type": "tool_result", "tool_use_id": plain_id(result.call_id)}
    if len(blocks) == 1 and set(blocks[0]) == {"type", "text"}:
        encoded["content"] = blocks[0]["text"]
    elif blocks:
        encoded["content"] = blocks
    elif result.is_error:
        # An error without content is refused.
        encoded["content"] = _FAILED
    if result.is_error:
        encoded["is_error"] = True
    return marked(encoded, result.cache)


def marked(block: dict[str, Any], cache: str | None) -> dict[str, Any]:
    """Return the block with the mark of a prefix that is to be cached."""
    if cache is None:
        return block
    mark = {"type": "ephemeral"} | ({"ttl": cache} if cache != "5m" else {})
    return {**block, "cache_control": mark}


def bound_marks(body: dict[str, Any]) -> None:
    """Keep the last four marks: more are refused, and the last ones save the most."""
    for block in list(_marks(body))[:-_MOST_MARKS]:
        del block["cache_control"]


def _marks(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place in (body.get("tools"), body.get("system"), *(message["content"] for message in body["messages"])):
        for block in place if isinstance(place, list) else ():
            inner = block.get("content")
            yield from (
                each for each in (*(inner if isinstance(inner, list) else ()), block) if "cache_control" in each
            )


def _image(image: Image) -> dict[str, Any]:
    MEDIA.check_image(image)
    if image.data is None:
        source = {"type": "url", "url": image.url}
    else:
        source = {"type": "base64", "media_type": (image.media_type or "").lower(), "data": image.data}
    return marked({"type": "image", "source": source}, image.cache)


def _document(document: Document) -> dict[str, Any] | None:
    MEDIA.check_document(document)
    if document.text is not None and not document.title:
        return block_of(Text(text=text_of_document(document), cache=document.cache))
    if document.text is not None:
        source = {"type": "text", "media_type": "text/plain", "data": document.text}
    elif document.url is not None:
        source = {"type": "url", "url": document.url}
    else:
        source = {"type": "base64", "media_type": "application/pdf", "data": document.data or ""}
    block: dict[str, Any] = {"type": "document", "source": source}
    named = {"title": document.title or document.filename, "context": document.context}
    block |= {name: value for name, value in named.items() if value}
    return marked(block, document.cache)
