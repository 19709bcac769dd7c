"""Run a prompt: wait for the whole answer, or hand it out as it is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from application.ports.provider_gateway import CallOutcome, ProviderConnection, UpstreamFailure
from application.prompts.completion import Completion, CompletionEvent, Delta, NativeEvents, StreamStarted
from application.prompts.generation import Generation, GenerationRequest
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_request import Prompt
from application.prompts.prompt_run import PromptRun
from application.prompts.prompt_runner import PromptRunner


async def run_prompt(prompt: Prompt, *, runner: PromptRunner, generation: Generation) -> PromptAnswer:
    """Return the answer. Cancelling it ends the call at the provider; nothing of prompt or answer is kept.

    Raises:
        ModelNotFound, ModelOutOfUse, NoModelFits: there is no model to run it on.
        PromptFailed: no model has answered within the deadline.
        Unavailable: the database cannot be reached.
    """

    async def work(run: PromptRun) -> PromptAnswer:
        return run.succeeded(await run.first_success(generation.generate))

    return await runner.run(prompt, "prompt", work)


PromptEvent = StreamStarted | Delta | NativeEvents | PromptAnswer
"""The events of a streamed prompt: what is new, as a provider sends it, and at the end the whole with its account."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stream whose first event is here; from now on no other model is called."""

    first: CompletionEvent
    rest: AsyncIterator[CompletionEvent]
    ending: AsyncExitStack


@asynccontextmanager
async def stream_prompt(
    prompt: Prompt, *, runner: PromptRunner, generation: Generation
) -> AsyncGenerator[AsyncIterator[PromptEvent]]:
    """Give the words as they come and, last, the whole answer; entered as soon as the first words are here.

    Until then other models are tried as for `run_prompt`, afterwards none. Leaving the block early ends the call at
    the provider. Silence ends the answer, and so does the deadline if the prompt has one.

    Raises:
        ModelNotFound, ModelOutOfUse, NoModelFits: there is no model to run it on.
        PromptFailed: no model has begun to answer, or the one that had has failed in the middle of it.
        Unavailable: the database cannot be reached.
    """
    async with runner.started(prompt) as run:
        opened = await run.first_success(partial(_opened, generation), is_whole=False)
        run.has_begun()
        async with run.within_deadline(), opened.ending, aclosing(_events(run, opened)) as events:
            yield events


async def _opened(generation: Generation, connection: ProviderConnection, request: GenerationRequest) -> _Opened:
    async with AsyncExitStack() as stack:
        events = await stack.enter_async_context(generation.stream(connection, request))
        return _Opened(await _next(events), events, stack.pop_all())
    raise AssertionError  # pragma: no cover - no stream swallows an error


async def _next(events: AsyncIterator[CompletionEvent]) -> CompletionEvent:
    try:
        return await anext(events)
    except StopAsyncIteration:
        raise UpstreamFailure(
            CallOutcome(
                "unexpected_body", "The provider ended the stream before the answer was complete.", is_retryable=True
            )
        ) from None


async def _events(run: PromptRun, opened: _Opened) -> AsyncGenerator[PromptEvent]:
    event = opened.first
    try:
        while not isinstance(event, Completion):
            yield event
            event = await _next(opened.rest)
        yield run.succeeded(event)
    except UpstreamFailure as error:
        raise run.failed(error, in_midstream=True) from error
    except (asyncio.CancelledError, GeneratorExit):
        run.broken_off()
        raise
