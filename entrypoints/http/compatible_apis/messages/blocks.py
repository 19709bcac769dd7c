"""Reading content blocks of Messages."""

from collections.abc import Iterator

import orjson

from application.prompts.conversation import (
    CacheLifetime,
    Document,
    Image,
    Part,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    Untranslatable,
)
from application.prompts.opaque_blobs import is_ours, with_blob
from entrypoints.http.compatible_apis.body_value import BodyValue


def texts_of(content: BodyValue) -> Iterator[Text]:
    """Yield the words of a text or of blocks."""
    if isinstance(content.value, str):
        yield Text(text=content.value)
        return
    for block in content.items():
        yield Text(text=block.get("text").text(), cache=cache_of(block))


def parts_of(content: BodyValue, found: list[Untranslatable]) -> Iterator[Part]:
    """Yield what the blocks are; what only Anthropic has is found to be untranslatable."""
    if content.value is None:
        raise content.refused("Field required")
    for block in content.items():
        part = _block(block, found)
        if part is not None:
            yield part


def _block(block: BodyValue, found: list[Untranslatable]) -> Part | None:
    match block.kind:
        case "text":
            return Text(text=block.get("text").text(), cache=cache_of(block))
        case "image" | "document":
            return _file(block, found)
        case "tool_use":
            arguments = orjson.dumps(block.get("input").mapping()).decode()
            return ToolCall(id=block.get("id").text(), name=block.get("name").text(), arguments=arguments)
        case "tool_result":
            return _result(block, found)
        case "thinking" | "redacted_thinking":
            return _thought(block)
    message = f"The block {block.kind!r} belongs to Anthropic alone and cannot be translated: leave it out."
    found.append(Untranslatable(field=block.name, message=message))
    return None


def _thought(block: BodyValue) -> Reasoning:
    if block.kind == "redacted_thinking":
        data = block.get("data").text()
        return with_blob(Reasoning(), data) if is_ours(data) else Reasoning(redacted=data)
    part = Reasoning(text=block.get("thinking").optional_text() or "")
    signature = block.get("signature").optional_text()
    return with_blob(part, signature) if signature else part


def _file(block: BodyValue, found: list[Untranslatable]) -> Image | Document | None:
    source = block.get("source")
    media_type, data, url, text = None, None, None, None
    match source.kind:
        case "base64":
            media_type, data = source.get("media_type").text(), source.get("data").text()
        case "url":
            url = source.get("url").text()
        case "text":
            text = source.get("data").text()
        case "content":
            content = source.get("content")
            text = content.value if isinstance(content.value, str) else "\n".join(t.text for t in texts_of(content))
        case _:
            message = "The id of a file belongs to one account: send the file itself."
            found.append(Untranslatable(field=source.name, message=message))
            return None
    if block.kind == "image":
        return Image(media_type=media_type, data=data, url=url, cache=cache_of(block))
    if block.get("citations").get("enabled").value is True:
        message = "Citations of documents belong to Anthropic alone: leave them out."
        found.append(Untranslatable(field=block.get("citations").name, message=message))
    return Document(
        media_type=media_type,
        data=data,
        url=url,
        text=text,
        title=block.get("title").optional_text(),
        context=block.get("context").optional_text(),
        cache=cache_of(block),
    )


def _result(block: BodyValue, found: list[Untranslatable]) -> ToolResult:
    content = block.get("content")
    parts: tuple[Part, ...] = ()
    if isinstance(content.value, str):
        parts = (Text(text=content.value),)
    elif content.value is not None:
        parts = tuple(parts_of(content, found))
    return ToolResult(
        call_id=block.get("tool_use_id").text(),
        parts=tuple(part for part in parts if isinstance(part, Text | Image | Document)),
        is_error=block.get("is_error").truth() or False,
        cache=cache_of(block),
    )


def cache_of(block: BodyValue) -> CacheLifetime | None:
    """Return for how long the prefix that ends here is to be cached."""
    mark = block.get("cache_control")
    if mark.value is None:
        return None
    return "1h" if mark.get("ttl").value == "1h" else "5m"
