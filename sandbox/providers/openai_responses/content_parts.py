"""The parts of a Responses item."""

from collections.abc import Mapping, Sequence

from sandbox.json_fields import objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import Image
from sandbox.provider_responses import RequestRefused
from sandbox.providers.openai_compatible.media_parts import read_file, read_image

_ASSISTANT = ("output_text", "refusal")
_OTHERS = ("input_text", "input_image", "input_file")


def text_of(item: Mapping[str, object], name: str) -> str:
    """The text under `name`, in one piece or in parts."""
    plain = text_at(item, name)
    parts = (text_at(part, "text") or text_at(part, "refusal") for part in objects_at(item, name))
    return plain or "\n".join(text for text in parts if text)


def read_parts(parts: Sequence[object], role: str, model: SimulatedModel, place: str) -> tuple[Image, ...]:
    """The images and files among the parts.

    Raises:
        RequestRefused: a part is of a kind that this role does not have, or cannot be read.
    """
    allowed = _ASSISTANT if role == "assistant" else _OTHERS
    images = []
    for at, part in enumerate(parts):
        if not isinstance(part, dict):
            continue
        kind = text_at(part, "type")
        if kind not in allowed:
            listed = ", ".join(f"'{each}'" for each in allowed[:-1])
            message = f"Invalid value: '{kind}'. Supported values are: {listed} and '{allowed[-1]}'."
            raise RequestRefused(400, message, code="invalid_value", param=f"{place}[{at}]")
        if kind == "input_image":
            images.append(_image(part, model, f"{place}[{at}]"))
        if kind == "input_file":
            images.append(read_file(part, f"{place}[{at}]"))
    return tuple(images)


def _image(part: Mapping[str, object], model: SimulatedModel, place: str) -> Image:
    if not model.vision:
        raise RequestRefused(400, f"Image inputs are not supported by {model.id}.", param=place)
    if text_at(part, "file_id"):
        raise RequestRefused(404, f"No such File object: {text_at(part, 'file_id')}", param="id")
    return read_image(text_at(part, "image_url"))
