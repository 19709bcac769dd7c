"""Duration and outcome of an append to the log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppendTiming:
    """The seconds that an append took, of how many events it was, and the code of what it failed with."""

    seconds: float
    events: int
    error: str | None = None
