"""How long a model may send nothing while another one could be called."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from application.ports.provider_gateway import CallOutcome, UpstreamFailure

T = TypeVar("T")

# A connection test takes at most two seconds.
_TEST_SECONDS = 2.5


@dataclass(slots=True, kw_only=True)
class AnswerDeadline:
    """Seconds until another model is called.

    A whole answer may take `whole_seconds` in all, if after `seconds` the provider `is_alive`; none: it may not.
    `was_alive` is whether it was.
    """

    seconds: float
    whole_seconds: float | None = None
    is_alive: Callable[[], Awaitable[bool]] | None = None
    was_alive: bool = False

    async def wait_for(self, answer: Awaitable[T]) -> T:
        """Return the answer, or its first words.

        Raises:
            UpstreamFailure: there was none in time; what was under way is ended.
        """
        loop = asyncio.get_running_loop()
        watching: asyncio.Task[None] | None = None
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                if self.whole_seconds is not None and self.whole_seconds > self.seconds:
                    limit.reschedule(loop.time() + self.seconds + _TEST_SECONDS)
                    watching = asyncio.create_task(self._watch(limit, loop.time() + self.whole_seconds))
                return await answer
        except TimeoutError:
            if not limit.expired():
                raise
            raise UpstreamFailure(self._silence()) from None
        finally:
            if watching is not None:
                watching.cancel()

    async def _watch(self, limit: asyncio.Timeout, longest: float) -> None:
        await asyncio.sleep(self.seconds)
        self.was_alive = self.is_alive is not None and await self.is_alive()
        limit.reschedule(longest if self.was_alive else asyncio.get_running_loop().time())

    def _silence(self) -> CallOutcome:
        return CallOutcome(
            "timeout",
            f"The model sent nothing for {self.seconds:g} s, and another model was available.",
            hint="How long a model may take to begin can be set with firstByteSeconds in its config.",
            is_retryable=True,
        )
