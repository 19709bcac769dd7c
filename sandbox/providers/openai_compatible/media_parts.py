"""Images, documents and sound in OpenAI's parts."""

from collections.abc import Mapping

from sandbox.json_fields import object_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import Image, decode_image
from sandbox.provider_responses import RequestRefused

_UNREADABLE_IMAGE = (
    "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
    "['png', 'jpeg', 'gif', 'webp']."
)
_PDF = b"%PDF"


def read_image(address: str) -> Image:
    """The image of a data URL, or one that is somewhere else.

    Raises:
        RequestRefused: it is not an image.
    """
    if not address.startswith("data:"):
        return Image("image at a URL", None)
    declared, _, encoded = address.removeprefix("data:").partition(";base64,")
    try:
        content, found = decode_image(encoded)
    except ValueError as error:
        raise RequestRefused(400, _UNREADABLE_IMAGE, code="invalid_image_format") from error
    if found is None or not declared.startswith("image/"):
        raise RequestRefused(400, _UNREADABLE_IMAGE, code="invalid_image_format")
    return Image(found, len(content))


def read_file(facts: Mapping[str, object], param: str) -> Image:
    """A PDF in a data URL, at a URL, or one that was uploaded before.

    Raises:
        RequestRefused: there is none, or it is no PDF.
    """
    if text_at(facts, "file_id"):
        raise RequestRefused(404, f"No such File object: {text_at(facts, 'file_id')}", code=None, param="id")
    if text_at(facts, "file_url"):
        return Image("file at a URL", None, "file")
    data = text_at(facts, "file_data")
    if not data.startswith("data:"):
        message = f"Invalid '{param}.file_data': expected a base64-encoded data URL, e.g. data:application/pdf;base64,"
        raise RequestRefused(400, message, code="invalid_value", param=f"{param}.file_data")
    declared, _, encoded = data.removeprefix("data:").partition(";base64,")
    try:
        content, _found = decode_image(encoded)
    except ValueError as error:
        raise RequestRefused(400, "Failed to parse file data as base64.", param=f"{param}.file_data") from error
    if declared == "application/pdf" and not content.startswith(_PDF):
        raise RequestRefused(400, "The file is not a valid PDF.", code="invalid_value", param=f"{param}.file_data")
    return Image(declared, len(content), "file")


def read_audio(part: Mapping[str, object], model: SimulatedModel, param: str) -> Image:
    """Sound, which only the models for it take.

    Raises:
        RequestRefused: the model has no audio input, or it is not base64.
    """
    if model.kind != "audio":
        raise RequestRefused(
            400, "Invalid content type. input_audio is only supported by certain models.", param=f"{param}.type"
        )
    facts = object_at(part, "input_audio")
    try:
        content, _found = decode_image(text_at(facts, "data"))
    except ValueError as error:
        raise RequestRefused(400, "The audio data could not be decoded.", param=f"{param}.input_audio") from error
    return Image(f"audio/{text_at(facts, 'format')}", len(content), "file")
