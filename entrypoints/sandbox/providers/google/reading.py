"""Understanding a `generateContent` request, or refusing it as Google does."""

from collections.abc import Iterator, Mapping

from entrypoints.sandbox.answers import RefusedError
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.json_types import JsonObject, count_at, object_at, objects_at, text_at
from entrypoints.sandbox.prompt import Image, Prompt, decode_image

_INVALID = "INVALID_ARGUMENT"


def read_prompt(body: JsonObject, model: Model) -> Prompt:
    """The prompt; field names are accepted in camel case and in snake case, as Google does.

    Raises:
        RefusedError: there are no contents, a part is empty, or an image cannot be read.
    """
    contents = objects_at(body, "contents")
    if not contents:
        raise RefusedError(400, "* GenerateContentRequest.contents: contents is not specified\n", kind=_INVALID)
    texts = [_text_of(_either(body, "systemInstruction", "system_instruction"))]
    images: list[Image] = []
    for content in contents:
        texts.append(_text_of(content))
        images.extend(_images_of(content, model))
    return Prompt(text=texts[-1], images=tuple(images), context="\n".join(texts[:-1]))


def read_limit(body: JsonObject) -> int | None:
    """The largest number of output tokens, thinking included."""
    settings = _either(body, "generationConfig", "generation_config")
    limit = count_at(settings, "maxOutputTokens")
    return limit if limit is not None else count_at(settings, "max_output_tokens")


def _either(source: Mapping[str, object], *names: str) -> Mapping[str, object]:
    return next((found for name in names if (found := object_at(source, name))), {})


def _text_of(content: Mapping[str, object]) -> str:
    return "\n".join(text_at(part, "text") for part in objects_at(content, "parts") if "text" in part)


def _images_of(content: Mapping[str, object], model: Model) -> Iterator[Image]:
    for part in objects_at(content, "parts"):
        inline = _either(part, "inlineData", "inline_data")
        if inline:
            if not model.vision:
                raise RefusedError(400, "Image input modality is not enabled for " + model.id, kind=_INVALID)
            yield _read_image(inline)
        elif _either(part, "fileData", "file_data"):
            yield Image("file", None)


def _read_image(inline: Mapping[str, object]) -> Image:
    declared = text_at(inline, "mimeType") or text_at(inline, "mime_type")
    # Google accepts the URL-safe alphabet too, which its own SDK sends.
    encoded = text_at(inline, "data").replace("-", "+").replace("_", "/")
    try:
        content, found = decode_image(encoded)
    except ValueError as error:
        message = "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed"
        raise RefusedError(400, message, kind=_INVALID) from error
    if declared.startswith("image/") and found is None:
        raise RefusedError(400, "Unable to process input image. Please retry or report.", kind=_INVALID)
    if not declared:
        raise RefusedError(400, "Unsupported MIME type: ", kind=_INVALID)
    return Image(found or declared, len(content))
