"""Models that answer as a test tells them to."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from application.ports.generation import Generated, TextDelta, TokenUsage

from application.ports.provider_gateway import UpstreamFailure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from application.ports.generation import GenerationRequest, StreamEvent

    from application.ports.provider_gateway import ProviderConnection

USUAL_USAGE = TokenUsage(input_tokens=10, output_tokens=5)


def generated(text: str = "Hello.", usage: TokenUsage = USUAL_USAGE, **facts: object) -> Generated:
    usual: dict[str, object] = {
        "finish_reason": "stop",
        "answered_by": "snapshot-1",
        "upstream_request_id": "upstream-1",
        **facts,
    }
    return Generated(text=text, usage=usage, **usual)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Hang:
    """Never answer, or never go on."""


HANG = Hang()

Step = str | Generated | UpstreamFailure | Hang
"""A string is words of a stream; the last step is the answer, a failure, or silence. A stream may also just end."""


@dataclass
class Call:
    """A call, and how it ended: `finished`, `failed`, or `cancelled` from this side."""

    connection: ProviderConnection
    request: GenerationRequest
    ending: str | None = None


@dataclass
class FakeGeneration:
    """Plays, for each model id, the scripts given in their order, the last one again and again.

    A whole answer is the last step of a script. Without a script the model says hello, in two pieces.
    """

    calls: list[Call] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    _scripts: dict[str, list[Sequence[Step]]] = field(default_factory=dict)

    def plays(self, model_id: str, *steps: Step) -> None:
        """Add a script for the model."""
        self._scripts.setdefault(model_id, []).append(steps)

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Generated:
        answer: Generated | None = None
        async with self._call(connection, request) as steps:
            async for step in steps:
                if isinstance(step, Generated):
                    answer = step
        assert answer is not None, "the script of a whole answer ends with the answer"
        return answer

    @asynccontextmanager
    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[StreamEvent]]:
        async with self._call(connection, request) as steps:
            yield steps

    @asynccontextmanager
    async def _call(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[StreamEvent]]:
        call = Call(connection, request)
        self.calls.append(call)
        self.called.set()
        try:
            yield self._steps(call)
        except UpstreamFailure:
            call.ending = "failed"
            raise
        finally:
            call.ending = call.ending or "cancelled"

    async def _steps(self, call: Call) -> AsyncGenerator[StreamEvent]:
        scripts = self._scripts.get(call.request.model_id, [("Hel", "lo.", generated())])
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        for step in script:
            # As a network would, it lets others run.
            await asyncio.sleep(0)
            if isinstance(step, Hang):
                await asyncio.Event().wait()
            elif isinstance(step, UpstreamFailure):
                raise step
            elif isinstance(step, str):
                yield TextDelta(step)
            elif isinstance(step, Generated):
                call.ending = "finished"
                yield step
