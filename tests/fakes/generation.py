"""Models that answer as a test tells them to."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from application.deadline import Deadline
from application.ports.provider_gateway import CallOutcome, ProviderConnection, UpstreamFailure
from application.prompts.completion import (
    Choice,
    Completion,
    CompletionEvent,
    FinishReason,
    StreamStarted,
    TextDelta,
    TokenUsage,
)
from application.prompts.conversation import Part, Text
from application.prompts.generation import GenerationRequest
from application.prompts.prompt_errors import TokensNotCounted

USUAL_USAGE = TokenUsage(input_tokens=10, output_tokens=5)


def completed(
    *parts: str | Part,
    usage: TokenUsage = USUAL_USAGE,
    finish_reason: FinishReason = "stop",
    **facts: Any,  # noqa: ANN401 - the fields of a completion
) -> Completion:
    """Return a whole answer; a text is a part of words."""
    said = tuple(Text(text=part) if isinstance(part, str) else part for part in parts or ("Hello.",) if part != "")
    usual: dict[str, Any] = {
        "choices": (Choice(parts=said, finish_reason=finish_reason),),
        "protocol": "chat_completions",
        "answered_by": "snapshot-1",
        "upstream_request_id": "upstream-1",
    }
    return Completion(usage=usage, **usual | facts)


@dataclass(frozen=True)
class Hang:
    """Never answer, or never continue."""


HANG = Hang()

Step = str | CompletionEvent | UpstreamFailure | Hang
"""A string is words of a stream; the last step is the answer, a failure, or silence. A stream may also just end."""


@dataclass
class Call:
    """A call, and how it ended: `finished`, `failed`, or `cancelled` from this side."""

    connection: ProviderConnection
    request: GenerationRequest
    ending: str | None = None

    def cancelled(self) -> UpstreamFailure:
        """Note that the call was ended from this side, and return what an adapter raises whose time is over."""
        self.ending = "cancelled"
        return UpstreamFailure(CallOutcome("timeout", "There was no answer in time.", is_retryable=True))


@dataclass
class FakeGeneration:
    """Plays, for each model id, the scripts given in their order, the last one again and again.

    A whole answer is the last step of a script. Without a script the model says hello, in two pieces. `tokens` are
    what is counted for a model, by its id; others are not counted.
    """

    calls: list[Call] = field(default_factory=list)
    tokens: dict[str, int | UpstreamFailure | Hang] = field(default_factory=dict)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    _scripts: dict[str, list[Sequence[Step]]] = field(default_factory=dict)

    def plays(self, model_id: str, *steps: Step) -> None:
        """Add a script for the model."""
        self._scripts.setdefault(model_id, []).append(steps)

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        answer: Completion | None = None
        async with self._call(connection, request) as steps:
            async for step in steps:
                if isinstance(step, Completion):
                    answer = step
        assert answer is not None, "the script of a whole answer ends with the answer"
        return answer

    @asynccontextmanager
    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[CompletionEvent]]:
        async with self._call(connection, request) as steps:
            yield steps

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest) -> int:
        counted = self.tokens.get(request.model_id)
        if counted is None:
            raise TokensNotCounted
        if isinstance(counted, UpstreamFailure):
            raise counted
        if isinstance(counted, Hang):
            await asyncio.Event().wait()
        assert isinstance(counted, int)
        self.calls.append(Call(connection, request, "finished"))
        return counted

    @asynccontextmanager
    async def _call(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[CompletionEvent]]:
        call = Call(connection, request)
        self.calls.append(call)
        self.called.set()
        try:
            yield self._steps(call)
        except UpstreamFailure:
            call.ending = call.ending or "failed"
            raise
        finally:
            call.ending = call.ending or "cancelled"

    async def _steps(self, call: Call) -> AsyncGenerator[CompletionEvent]:
        scripts = self._scripts.get(call.request.model_id, [("Hel", "lo.", completed())])
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        has_started = False
        for step in script:
            # As a network would, it lets others run.
            await asyncio.sleep(0)
            if isinstance(step, Hang):
                # Once it has begun, how long a stream may be silent is not this fake's to say.
                async with Deadline(None if has_started else call.request.deadline_seconds, call.cancelled):
                    await asyncio.Event().wait()
            elif isinstance(step, UpstreamFailure):
                raise step
            else:
                if not has_started and not isinstance(step, StreamStarted):
                    yield StreamStarted()
                has_started = True
                if isinstance(step, Completion):
                    call.ending = "finished"
                yield TextDelta(step) if isinstance(step, str) else step
