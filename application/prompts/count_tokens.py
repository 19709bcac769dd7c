"""Count the tokens of a prompt without running it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from application.bounds.caller_bounds import bounds_of_caller
from application.caller import current_caller
from application.errors import CredentialUnreadable, InvalidInput
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from application.prompts.call_costs import NOTHING
from application.prompts.generation import Generation
from application.prompts.prompt_errors import PromptFailed, TokensNotCounted
from application.prompts.prompt_request import Prompt, request_for
from application.prompts.prompt_runner import PromptRunner
from application.prompts.request_recording import RequestRecording, named
from application.prompts.retry_policy import most_informative
from application.prompts.runnable_models import RunnableModels
from application.prompts.selection_candidates import Candidate
from application.usage.usage_ledger import COUNTING, OK, ModelCall

COUNT_SECONDS: Final = 30.0
"""How long counting may take where the prompt does not say."""


async def count_tokens(prompt: Prompt, *, runner: PromptRunner, generation: Generation) -> int:
    """Return how many tokens the model that would be tried first reads. It is no use of the model, and costs nothing.

    It counts as a request against limits, as a prompt does.

    Raises:
        ModelNotFound, ModelOutOfUse, NoModelFits: there is no model to count for.
        TokensNotCounted: the provider of none of the models counts tokens.
        PromptFailed: no provider has counted them within the deadline.
        RateLimited: a limit does not allow it; it says when to try again.
        Unavailable: the database cannot be reached.
    """
    with runner.recording(prompt, COUNTING) as recording:
        tokens = await _first_count(prompt, runner, generation, recording)
        recording.answered()
        return tokens


async def _first_count(
    prompt: Prompt, runner: PromptRunner, generation: Generation, recording: RequestRecording
) -> int:
    ready, candidates = await runner.candidates(prompt)
    quotas = await runner.quotas.of(current_caller().organization_id)
    bounds = bounds_of_caller(quotas, None)
    async with runner.admission.limits.within(bounds, lambda: 0):
        return await _counted_by_first(prompt, runner, generation, recording, ready, candidates)


async def _counted_by_first(
    prompt: Prompt,
    runner: PromptRunner,
    generation: Generation,
    recording: RequestRecording,
    ready: RunnableModels,
    candidates: Sequence[Candidate],
) -> int:
    seconds = COUNT_SECONDS if prompt.deadline_seconds is None else prompt.deadline_seconds
    failures: list[CallOutcome] = []
    try:
        async with asyncio.timeout(seconds):
            for candidate in candidates:
                began = runner.timer.now()
                try:
                    tokens = await _counted(prompt, candidate, ready, generation, seconds)
                except TokensNotCounted:
                    continue
                except UpstreamFailure as error:
                    failures.append(error.failure)
                    recording.add(_use(candidate, error.failure, runner.timer.now() - began))
                else:
                    recording.add(_use(candidate, None, runner.timer.now() - began))
                    return tokens
    except TimeoutError:
        failures.append(CallOutcome("timeout", f"The tokens were not counted within {seconds:g} s."))
    if not failures:
        raise TokensNotCounted
    raise PromptFailed(most_informative(failures), ())


async def _counted(
    prompt: Prompt, candidate: Candidate, ready: RunnableModels, generation: Generation, seconds: float
) -> int:
    try:
        connection = await ready.connection(candidate.provider_id)
        return await generation.count_tokens(connection, request_for(prompt, candidate, seconds))
    except CredentialUnreadable as error:
        raise UpstreamFailure(CallOutcome("auth_invalid", error.message)) from error
    except InvalidInput as error:
        raise UpstreamFailure(CallOutcome("bad_request", error.message)) from error


def _use(candidate: Candidate, failure: CallOutcome | None, seconds: float) -> ModelCall:
    return ModelCall(
        **named(candidate),
        outcome=failure.category if failure else OK,
        latency_ms=seconds * 1000,
        cost_usd=NOTHING.usd,
        http_status=failure.http_status if failure else None,
        upstream_request_id=failure.upstream_request_id if failure else None,
    )
