"""From bodies of the prompt routes to what is to be run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.policies import candidates
from application.policies.parameters import Parameters
from application.ports.generation import ImagePart, Message, TextPart
from application.prompts.request import Prompt
from entrypoints.http.bodies.prompts import WrittenText

if TYPE_CHECKING:
    from decimal import Decimal

    from entrypoints.http.bodies.prompts import ImageSource, Part, PromptToRun, Wanted, WrittenMessage

_PREFERRED = candidates.Need()


def prompt_of(body: PromptToRun) -> Prompt:
    """Return the prompt that the body asks to run."""
    return Prompt(
        wanted=wanted_of(body),
        messages=_messages(body),
        parameters=_parameters(body),
        deadline_seconds=_float(body.deadline_seconds),
    )


def wanted_of(body: Wanted) -> candidates.Wanted:
    """Return which model the body asks for; one that does not say gets the preferred model."""
    if body.model_id is not None:
        return candidates.ModelById(body.model_id)
    if body.provider_model_id is not None:
        return candidates.ModelByName(body.provider_model_id, body.provider_id)
    if body.need is None:
        return _PREFERRED
    return candidates.Need(
        type=body.need.type,
        capabilities=frozenset(body.need.capabilities),
        max_cost_per_1k=body.need.max_cost_per1k_tokens,
        min_context_window=body.need.min_context_window,
        strategy=body.need.strategy,
    )


def _messages(body: PromptToRun) -> tuple[Message, ...]:
    if body.messages is not None:
        return tuple(map(_message, body.messages))
    images = tuple(map(_image, body.images))
    return (Message(role="user", parts=(TextPart(body.prompt or ""), *images)),)


def _message(message: WrittenMessage) -> Message:
    if isinstance(message.content, str):
        return Message(role=message.role, parts=(TextPart(message.content),))
    return Message(role=message.role, parts=tuple(map(_part, message.content)))


def _part(part: Part) -> TextPart | ImagePart:
    return TextPart(part.text) if isinstance(part, WrittenText) else _image(part)


def _image(image: ImageSource) -> ImagePart:
    return ImagePart(media_type=image.media_type, data=image.data, url=image.url, detail=image.detail)


def _parameters(body: PromptToRun) -> Parameters:
    written = body.config
    if written is None:
        return Parameters()
    return Parameters(
        temperature=_float(written.temperature),
        top_p=_float(written.top_p),
        max_tokens=written.max_tokens,
        stop=None if written.stop is None else tuple(written.stop),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
