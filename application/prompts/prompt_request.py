"""A client's prompt, and the request to one model that follows from it."""

from dataclasses import dataclass, field
from typing import Final

from application.prompts.generation import ClientRequest, GenerationRequest
from application.prompts.selection_candidates import Candidate, ModelSelector

LONGEST_DEADLINE: Final = 600.0
"""Seconds that a prompt may request: as long as the providers' own clients wait by themselves."""

ANSWER_SECONDS: Final = 595.0
"""How long a whole answer, or the first words of a streamed one, may take where the prompt does not say: a little less
than clients wait, who would ask, and pay, once more if theirs was the first patience to end."""

SILENCE_SECONDS: Final = 60.0
"""How long a stream may be silent once it has begun, where the model's config does not say."""


@dataclass(slots=True, kw_only=True)
class Prompt:
    """Run a client's prompt on the model that it names, or on the best of those that fit. Editors and administrators.

    A deadline, in seconds, bounds everything: waiting, trying again, other models, and a stream to its last word.
    Without one, `ANSWER_SECONDS` bound a whole answer and the beginning of a streamed one, whose length then is bounded
    by silence alone: of `idle_seconds`, else of the model's config. A deadline in a model's config bounds all
    that is asked of that model where the prompt has none.
    `route` is the path that the client requests, for the request log.
    """

    selector: ModelSelector
    client: ClientRequest = field(repr=False)
    has_images: bool = False
    deadline_seconds: float | None = None
    idle_seconds: float | None = None
    route: str = ""


def request_for(prompt: Prompt, candidate: Candidate, remaining: float) -> GenerationRequest:
    """Return the prompt as this model is to receive it, with this many seconds left."""
    return GenerationRequest(
        model_id=candidate.provider_model_id,
        client=prompt.client,
        origin=candidate.origin,
        defaults=candidate.request_defaults,
        deadline_seconds=remaining,
        idle_seconds=min(prompt.idle_seconds or candidate.defaults.idle_seconds or SILENCE_SECONDS, remaining),
    )
