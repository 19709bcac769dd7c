"""Images and documents in the blocks of a message, tool results included."""

from collections.abc import Mapping, Sequence

from sandbox.json_fields import list_at, object_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import Image, decode_image
from sandbox.provider_responses import RequestRefused


def read_media(blocks: Sequence[object], place: str, model: SimulatedModel) -> tuple[Image, ...]:
    """The images and documents among the blocks.

    Raises:
        RequestRefused: the model does not see, or one is not what it says it is.
    """
    found: list[Image] = []
    for at, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        here = f"{place}.{at}"
        if block.get("type") == "image":
            if not model.vision:
                raise RequestRefused(400, f"{here}: this model does not support image input")
            found.append(_read_image(object_at(block, "source"), f"{here}.image.source.base64"))
        if block.get("type") == "document":
            found.append(_read_document(object_at(block, "source"), f"{here}.document.source"))
        if block.get("type") == "tool_result":
            found += read_media(list_at(block, "content"), f"{here}.tool_result.content", model)
    return tuple(found)


def _read_document(source: Mapping[str, object], place: str) -> Image:
    kind = text_at(source, "type")
    if kind == "url":
        return Image("file at a URL", None, "file")
    if kind == "text":
        return Image("text/plain", len(text_at(source, "data").encode()), "file")
    if kind == "content":
        return Image("text blocks", len(list_at(source, "content")), "file")
    try:
        content, _found = decode_image(text_at(source, "data"))
    except ValueError as error:
        raise RequestRefused(400, f"{place}.base64.data: Invalid base64 data") from error
    if not content.startswith(b"%PDF"):
        raise RequestRefused(400, f"{place}.base64.data: The PDF specified was not valid.")
    return Image("application/pdf", len(content), "file")


def _read_image(source: Mapping[str, object], place: str) -> Image:
    if source.get("type") == "url":
        return Image("image at a URL", None)
    declared = text_at(source, "media_type")
    try:
        content, found = decode_image(text_at(source, "data"))
    except ValueError as error:
        raise RequestRefused(400, f"{place}.data: Invalid base64 data") from error
    if found is None:
        raise RequestRefused(400, f"{place}: Could not process image")
    if found != declared:
        message = (
            f"{place}: The image was specified using the {declared} media type, but the image appears to be a "
            f"{found} image"
        )
        raise RequestRefused(400, message)
    return Image(found, len(content))
