"""Understanding a Messages request, or refusing it as Anthropic does."""

from collections.abc import Mapping, Sequence

from entrypoints.sandbox.answers import RefusedError
from entrypoints.sandbox.call import Call
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.json_types import JsonObject, count_at, list_at, object_at, objects_at, text_at
from entrypoints.sandbox.prompt import Image, Prompt, decode_image

NEWEST_VERSION = "2026-10-21"
_VERSIONS = {"2023-01-01", "2023-06-01", NEWEST_VERSION}
#: Removed from the API on 2026-10-21, together with that version.
_SAMPLING = ("temperature", "top_p", "top_k")
#: What Anthropic's proxy lets through, in bytes.
_LARGEST_BODY = 32 * 1024 * 1024


def check_version(call: Call) -> None:
    """Hold the caller to the `anthropic-version` header.

    Raises:
        RefusedError: it is absent or names no version.
    """
    version = call.headers.get("anthropic-version")
    if version is None:
        raise RefusedError(400, "anthropic-version: header is required")
    if version not in _VERSIONS:
        raise RefusedError(400, f'anthropic-version: "{version}" is not a valid version')


def read_model(call: Call) -> Model:
    """The model to talk to.

    Raises:
        RefusedError: none was named or it does not exist.
    """
    name = text_at(call.json(), "model")
    if not name:
        raise RefusedError(400, "model: Field required")
    model = call.catalogue.find(name)
    if model is None:
        raise RefusedError(404, f"model: {name}", kind="not_found_error")
    return model


def read_limit(call: Call, model: Model) -> int:
    """The largest number of output tokens, which every request must name.

    Raises:
        RefusedError: it is absent, not positive, or above the model's own; or the body is too large, or a sampling
            parameter was sent under the version that removed them.
    """
    body = call.json()
    if call.body_size > _LARGEST_BODY:
        raise RefusedError(413, "Request exceeds the maximum allowed number of bytes.", kind="request_too_large")
    if call.headers.get("anthropic-version") == NEWEST_VERSION:
        _refuse_sampling(body)
    limit = count_at(body, "max_tokens")
    if limit is None:
        raise RefusedError(400, "max_tokens: Field required")
    if limit < 1:
        raise RefusedError(400, "max_tokens: Input should be greater than or equal to 1")
    if model.output_limit is not None and limit > model.output_limit:
        message = (
            f"max_tokens: {limit} > {model.output_limit}, which is the maximum allowed number of output tokens for "
            f"{model.id}"
        )
        raise RefusedError(400, message)
    return limit


def read_prompt(body: JsonObject, model: Model) -> Prompt:
    """The prompt of a Messages request.

    Raises:
        RefusedError: there are no messages, a role is unknown, or an image cannot be read.
    """
    messages = objects_at(body, "messages")
    if not messages:
        raise RefusedError(400, "messages: at least one message is required")
    texts = [_joined(body, "system")]
    images: list[Image] = []
    for at, message in enumerate(messages):
        if message.get("role") not in {"user", "assistant"}:
            raise RefusedError(400, f"messages.{at}.role: Input should be 'user' or 'assistant'")
        texts.append(_joined(message, "content"))
        images.extend(_images_of(list_at(message, "content"), f"messages.{at}.content", model))
    return Prompt(text=texts[-1], images=tuple(images), context="\n".join(texts[:-1]))


def _refuse_sampling(body: JsonObject) -> None:
    for name in _SAMPLING:
        if name in body:
            raise RefusedError(400, f"{name}: Extra inputs are not permitted")


def _joined(source: Mapping[str, object], name: str) -> str:
    plain = text_at(source, name)
    return plain or "\n".join(text_at(block, "text") for block in objects_at(source, name) if "text" in block)


def _images_of(blocks: Sequence[object], place: str, model: Model) -> list[Image]:
    images = []
    for at, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") == "image":
            if not model.vision:
                raise RefusedError(400, f"{place}.{at}: this model does not support image input")
            images.append(_read_image(object_at(block, "source"), f"{place}.{at}.image.source.base64"))
    return images


def _read_image(source: Mapping[str, object], place: str) -> Image:
    if source.get("type") == "url":
        return Image("image at a URL", None)
    declared = text_at(source, "media_type")
    try:
        content, found = decode_image(text_at(source, "data"))
    except ValueError as error:
        raise RefusedError(400, f"{place}.data: Invalid base64 data") from error
    if found is None:
        raise RefusedError(400, f"{place}: Could not process image")
    if found != declared:
        message = (
            f"{place}: The image was specified using the {declared} media type, but the image appears to be a "
            f"{found} image"
        )
        raise RefusedError(400, message)
    return Image(found, len(content))
