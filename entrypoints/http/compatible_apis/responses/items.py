"""Reading items of Responses."""

from collections.abc import Iterator, Sequence
from typing import Literal

from application.prompts.conversation import (
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Untranslatable,
)
from application.prompts.opaque_blobs import is_ours, with_blob
from entrypoints.http.compatible_apis.body_value import BodyValue
from entrypoints.http.compatible_apis.chat_completions.request import split_url


def turns_of(place: BodyValue, found: list[Untranslatable]) -> Sequence[Turn]:
    """Return the turns; items of one side that follow each other are one turn, for each turn is many items here."""
    if isinstance(place.value, str):
        return [Turn(role="user", parts=(Text(text=place.value),))]
    turns: list[Turn] = []
    for item in place.items():
        message = _item(item, found)
        if message is None:
            continue
        role, parts = message
        if turns and turns[-1].role == role and role != "system":
            turns[-1] = Turn(role=role, parts=(*turns[-1].parts, *parts))
        else:
            turns.append(Turn(role=role, parts=parts))
    return turns


def _item(
    item: BodyValue, found: list[Untranslatable]
) -> tuple[Literal["system", "user", "assistant"], tuple[Part, ...]] | None:
    match item.kind:
        case "" | "message":
            return _message(item, found)
        case "function_call" | "custom_tool_call":
            is_custom = item.kind == "custom_tool_call"
            call = ToolCall(
                id=item.get("call_id").text(),
                name=item.get("name").text(),
                arguments=item.get("input" if is_custom else "arguments").text(),
                is_custom=is_custom,
                item_id=item.get("id").optional_text(),
            )
            return "assistant", (call,)
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            parts = (Text(text=output.value),) if isinstance(output.value, str) else tuple(_contents(output, found))
            kept = tuple(part for part in parts if isinstance(part, Text | Image | Document))
            return "user", (ToolResult(call_id=item.get("call_id").text(), parts=kept),)
        case "reasoning":
            return "assistant", (_thought(item),)
    message = f"Items of the type {item.kind!r} belong to OpenAI alone and cannot be translated: leave it out."
    found.append(Untranslatable(field=item.name, message=message))
    return None


def _message(
    item: BodyValue, found: list[Untranslatable]
) -> tuple[Literal["system", "user", "assistant"], tuple[Part, ...]]:
    content = item.get("content")
    parts = (Text(text=content.value),) if isinstance(content.value, str) else tuple(_contents(content, found))
    match item.get("role").value:
        case "system" | "developer":
            return "system", parts
        case "user":
            return "user", parts
        case "assistant":
            return "assistant", parts
    raise item.get("role").refused("This must be user, assistant, system or developer.")


def _thought(item: BodyValue) -> Reasoning:
    summary = tuple(each.get("text").text() for each in item.get("summary").items())
    raw = "".join(each.get("text").text() for each in item.get("content").items())
    part = Reasoning(text=raw or "\n\n".join(summary), summary=summary, item_id=item.get("id").optional_text())
    encrypted = item.get("encrypted_content").optional_text()
    if not encrypted:
        return part
    if is_ours(encrypted):
        return with_blob(part, encrypted)
    return Reasoning(text=part.text, summary=summary, item_id=part.item_id, encrypted=encrypted)


def _contents(content: BodyValue, found: list[Untranslatable]) -> Iterator[Part]:
    for place in content.items():
        part = _content(place, found)
        if part is not None:
            yield part


def _content(place: BodyValue, found: list[Untranslatable]) -> Part | None:
    match place.kind:
        case "input_text" | "output_text" | "text":
            return Text(text=place.get("text").text())
        case "refusal":
            return Refusal(text=place.get("refusal").text())
        case "input_image" | "input_file" if place.get("file_id").value is None:
            return _image(place) if place.kind == "input_image" else _document(place)
        case "input_image" | "input_file":
            message = "The id of a file belongs to one account: send the file itself."
            found.append(Untranslatable(field=place.get("file_id").name, message=message))
        case kind:
            message = f"Contents of the type {kind!r} cannot be translated for the model's provider."
            found.append(Untranslatable(field=place.name, message=message))
    return None


def _image(place: BodyValue) -> Image:
    media_type, data, url = split_url(place.get("image_url").text())
    return Image(media_type=media_type, data=data, url=url, detail=place.get("detail").optional_text())


def _document(place: BodyValue) -> Document:
    name = place.get("filename").optional_text()
    if place.get("file_url").value is not None:
        return Document(url=place.get("file_url").text(), filename=name)
    media_type, data, url = split_url(place.get("file_data").text())
    return Document(media_type=media_type, data=data, url=url, filename=name)
