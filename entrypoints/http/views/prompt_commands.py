"""From bodies of the prompt routes to what is to be run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.policies import candidates
from application.prompts.conversation import Conversation, Image, Sampling, Text, Turn
from application.prompts.request import Prompt
from entrypoints.http.bodies.prompts import WrittenParameters, WrittenText
from entrypoints.http.doors.client import DoorRequest

if TYPE_CHECKING:
    from decimal import Decimal

    from entrypoints.http.bodies.prompts import ImageSource, Part, PromptToRun, Wanted, WrittenMessage

_PREFERRED = candidates.Need()


def prompt_of(body: PromptToRun) -> Prompt:
    """Return the prompt that the body asks to run."""
    conversation = _conversation(body)
    pictures = (part for turn in conversation.turns for part in turn.parts if isinstance(part, Image))
    return Prompt(
        wanted=wanted_of(body),
        client=DoorRequest(protocol=None, body={}, read=lambda _: conversation, is_stream=body.stream),
        has_images=next(pictures, None) is not None,
        deadline_seconds=_float(body.deadline_seconds),
        idle_seconds=_float(body.idle_seconds),
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


def _conversation(body: PromptToRun) -> Conversation:
    written = body.config or WrittenParameters()
    return Conversation(
        turns=_turns(body),
        sampling=Sampling(
            temperature=_float(written.temperature),
            top_p=_float(written.top_p),
            max_tokens=written.max_tokens,
            stop=None if written.stop is None else tuple(written.stop),
        ),
        field_names={
            "max_tokens": "config.maxTokens",
            "temperature": "config.temperature",
            "top_p": "config.topP",
            "stop": "config.stop",
        },
    )


def _turns(body: PromptToRun) -> tuple[Turn, ...]:
    if body.messages is not None:
        return tuple(map(_turn, body.messages))
    images = tuple(map(_image, body.images))
    return (Turn(role="user", parts=(Text(text=body.prompt or ""), *images)),)


def _turn(message: WrittenMessage) -> Turn:
    if isinstance(message.content, str):
        return Turn(role=message.role, parts=(Text(text=message.content),))
    return Turn(role=message.role, parts=tuple(map(_part, message.content)))


def _part(part: Part) -> Text | Image:
    return Text(text=part.text) if isinstance(part, WrittenText) else _image(part)


def _image(image: ImageSource) -> Image:
    return Image(media_type=image.media_type, data=image.data, url=image.url, detail=image.detail)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
