"""How far something long has come."""

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a long work as they begin, and how much of a step is done."""

    async def begin(self, step: str, total: int = 0) -> None:
        """Note that a step begins; `total` is how much there is to do, 0 where that is not known."""
        ...

    async def advance(self, amount: int) -> None:
        """Note that so much more of the step is done."""
        ...


class NoProgress:
    """Nobody wants to know."""

    async def begin(self, step: str, total: int = 0) -> None:
        """Do nothing."""

    async def advance(self, amount: int) -> None:
        """Do nothing."""
