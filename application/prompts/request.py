"""From what was asked to what one model is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from application.policies.parameters import Parameters, merged
from application.ports.generation import GenerationRequest, ImagePart, Message, TextPart

if TYPE_CHECKING:
    from application.policies.candidates import Candidate, Wanted

LONGEST_DEADLINE: Final = 600.0
"""Seconds that a prompt may ask for: as long as the providers' own clients wait by themselves."""

ANSWER_SECONDS: Final = 595.0
"""How long a whole answer, or the first words of a streamed one, may take where the prompt does not say: a little less
than clients wait, who would ask, and pay, once more if theirs was the first patience to end."""

SILENCE_SECONDS: Final = 60.0
"""How long a stream may be silent once it has begun, where the model's config does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Run these messages on the model that is asked for, or on the best of those that fit. Editors and administrators.

    `parameters` overrule those of the registered model. A deadline, in seconds, bounds everything: waiting, trying
    again, other models, and a stream to its last word. Without one, `ANSWER_SECONDS` bound a whole answer and the
    beginning of a streamed one, whose length then is bounded by silence alone.
    """

    wanted: Wanted
    messages: tuple[Message, ...] = field(repr=False)
    parameters: Parameters = field(default_factory=Parameters)
    deadline_seconds: float | None = None

    @property
    def has_images(self) -> bool:
        """Whether the model must be able to see."""
        return any(isinstance(part, ImagePart) for message in self.messages for part in message.parts)


def request_for(prompt: Prompt, candidate: Candidate, remaining: float) -> GenerationRequest:
    """Return the prompt as this model is to be asked it, with this many seconds left."""
    parameters = merged(prompt.parameters, candidate.defaults.parameters, candidate.max_tokens)
    return GenerationRequest(
        model_id=candidate.provider_model_id,
        messages=_messages(prompt, candidate.defaults.system_prompt),
        max_tokens=parameters.max_tokens,
        output_limit=candidate.output_limit,
        temperature=parameters.temperature,
        top_p=parameters.top_p,
        stop=parameters.stop or (),
        deadline_seconds=remaining,
        idle_seconds=min(candidate.defaults.idle_seconds or SILENCE_SECONDS, remaining),
    )


def _messages(prompt: Prompt, system_prompt: str | None) -> tuple[Message, ...]:
    if system_prompt is None or any(message.role == "system" for message in prompt.messages):
        return prompt.messages
    return (Message(role="system", parts=(TextPart(system_prompt),)), *prompt.messages)
