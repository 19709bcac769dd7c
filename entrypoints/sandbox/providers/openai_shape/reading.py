"""Understanding a chat completion request, or refusing it as OpenAI does."""

from collections.abc import Mapping

from entrypoints.sandbox.answers import RefusedError
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.json_types import JsonObject, count_at, list_at, object_at, objects_at, text_at
from entrypoints.sandbox.prompt import Image, Prompt, decode_image

_UNREADABLE_IMAGE = (
    "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
    "['png', 'jpeg', 'gif', 'webp']."
)


def read_prompt(body: JsonObject, model: Model) -> Prompt:
    """The prompt of a chat completion.

    Raises:
        RefusedError: there are no messages, or an image that cannot be read or that the model does not take.
    """
    messages = objects_at(body, "messages")
    if not messages:
        raise RefusedError(
            400, "Missing required parameter: 'messages'.", code="missing_required_parameter", param="messages"
        )
    texts: list[str] = []
    images: list[Image] = []
    for at, message in enumerate(messages):
        texts.append(_text_of(message))
        images.extend(_images_of(message, at, model))
    return Prompt(text=texts[-1], images=tuple(images), context="\n".join(texts[:-1]))


def read_limit(body: JsonObject) -> int | None:
    """The largest number of output tokens asked for, under its new or its old name."""
    limit = count_at(body, "max_completion_tokens")
    return limit if limit is not None else count_at(body, "max_tokens")


def refuse_sampling(body: JsonObject, model: Model) -> None:
    """Hold a thinking model's caller to what it takes.

    Raises:
        RefusedError: `max_tokens`, or a temperature other than 1, was sent to a model that thinks.
    """
    if not model.reasoning:
        return
    if body.get("max_tokens") is not None:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise RefusedError(400, message, code="unsupported_parameter", param="max_tokens")
    temperature = body.get("temperature")
    if temperature not in {None, 1}:
        message = (
            f"Unsupported value: 'temperature' does not support {temperature} with this model. "
            "Only the default (1) value is supported."
        )
        raise RefusedError(400, message, code="unsupported_value", param="temperature")


def _text_of(message: Mapping[str, object]) -> str:
    plain = text_at(message, "content")
    return plain or "\n".join(text_at(part, "text") for part in objects_at(message, "content") if "text" in part)


def _images_of(message: Mapping[str, object], message_at: int, model: Model) -> list[Image]:
    images = []
    for at, part in enumerate(list_at(message, "content")):
        if isinstance(part, dict) and part.get("type") == "image_url":
            if not model.vision:
                param = f"messages.[{message_at}].content.[{at}].type"
                raise RefusedError(
                    400, "Invalid content type. image_url is only supported by certain models.", param=param
                )
            images.append(_read_image(_image_address(part)))
    return images


def _image_address(part: Mapping[str, object]) -> str:
    """The address, in OpenAI's object or, as Mistral allows, as a plain string."""
    return text_at(part, "image_url") or text_at(object_at(part, "image_url"), "url")


def _read_image(address: str) -> Image:
    if not address.startswith("data:"):
        return Image("image at a URL", None)
    declared, _, encoded = address.removeprefix("data:").partition(";base64,")
    try:
        content, found = decode_image(encoded)
    except ValueError as error:
        raise RefusedError(400, _UNREADABLE_IMAGE, code="invalid_image_format") from error
    if found is None or not declared.startswith("image/"):
        raise RefusedError(400, _UNREADABLE_IMAGE, code="invalid_image_format")
    return Image(found, len(content))
