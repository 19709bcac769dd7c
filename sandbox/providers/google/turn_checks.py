"""Checks of tool calls, results and signatures in the contents of a request."""

import base64
import binascii
from collections.abc import Mapping, Sequence

from sandbox.json_fields import objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.google.known_fields import either, object_of
from sandbox.providers.google.thinking_rules import needs_signatures
from sandbox.signed_blobs import check_blob

_INVALID = "INVALID_ARGUMENT"
#: What replaces the signature of a call that another model made (ai.google.dev/gemini-api/docs/thought-signatures).
_DUMMIES = {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}


def check_turns(contents: Sequence[Mapping[str, object]]) -> None:
    """Hold results to follow their calls, one for each.

    Raises:
        RequestRefused: they do not.
    """
    waiting = 0
    for at, content in enumerate(contents):
        results = parts_with(content, "functionResponse")
        if results and not waiting:
            message = "Please ensure that function response turn comes immediately after a function call turn."
            raise RequestRefused(400, message, kind=_INVALID)
        if waiting != len(results):
            message = (
                "Please ensure that the number of function response parts is equal to the number of function call "
                "parts of the function call turn."
            )
            raise RequestRefused(400, message, kind=_INVALID)
        for part_at, part in enumerate(results):
            if not text_at(object_of(part, "functionResponse"), "name"):
                place = f"contents[{at}].parts[{part_at}].function_response.name"
                message = f"* GenerateContentRequest.{place}: Name cannot be empty.\n"
                raise RequestRefused(400, message, kind=_INVALID)
        waiting = len(parts_with(content, "functionCall"))
    if waiting:
        message = "Please ensure that function call turn is followed by a function response turn."
        raise RequestRefused(400, message, kind=_INVALID)


def check_signatures(call: ApiCall, model: SimulatedModel, contents: Sequence[Mapping[str, object]]) -> None:
    """Hold the caller to hand signatures back where they came: on the first call of each step of the current turn.

    Raises:
        RequestRefused: one is missing, or is none of this model's.
    """
    asked = [at for at, content in enumerate(contents) if content.get("role") != "model" and _speaks(content)]
    start = asked[-1] if asked else 0
    for at, content in enumerate(contents):
        for part_at, part in enumerate(objects_at(content, "parts")):
            signature = str(either(part, "thoughtSignature") or "")
            if signature and not _holds(signature, call, model):
                raise RequestRefused(400, "Corrupted thought signature.", kind=_INVALID)
            first = part in parts_with(content, "functionCall")[:1]
            if first and not signature and at > start and needs_signatures(model):
                raise _missing(object_of(part, "functionCall"), at, part_at)


def parts_with(content: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The parts of a content that have this field."""
    return [part for part in objects_at(content, "parts") if object_of(part, name)]


def _speaks(content: Mapping[str, object]) -> bool:
    return any("text" in part for part in objects_at(content, "parts"))


def _holds(signature: str, call: ApiCall, model: SimulatedModel) -> bool:
    try:
        plain = base64.b64decode(signature.replace("-", "+").replace("_", "/")).decode()
    except (binascii.Error, UnicodeDecodeError):
        plain = ""
    return bool(_DUMMIES & {signature, plain}) or check_blob(signature, call, model) is None


def _missing(called: Mapping[str, object], at: int, part_at: int) -> RequestRefused:
    message = (
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work "
        "correctly, and missing thought_signature may lead to degraded model performance. Additional data, function "
        f"call `default_api:{text_at(called, 'name')}` , position {at + part_at + 1}. Please refer to "
        "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
    )
    return RequestRefused(400, message, kind=_INVALID)
