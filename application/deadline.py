"""A block that ends at a deadline."""

import asyncio
from collections.abc import Callable
from types import TracebackType


class Deadline:
    """Ends its block after so many seconds (none: never) with the error that `late` returns.

    A time-out that the block itself raises becomes that error too.
    """

    __slots__ = ("_late", "_limit", "_seconds")

    def __init__(self, seconds: float | None, late: Callable[[], Exception]) -> None:
        self._seconds = seconds
        self._late = late

    async def __aenter__(self) -> None:
        self._limit = asyncio.timeout(self._seconds)
        await self._limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._limit.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise self._late() from None
        if isinstance(error, TimeoutError):
            raise self._late() from None
