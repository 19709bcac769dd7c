"""Parts of a log as the API shows them: text made by the database, passed on as it is."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Position = TypeVar("Position")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage(Generic[Position]):
    """Entries, the newest first: JSON objects joined by commas, or lines of CSV.

    `next_before` is the position of the last one where there are more, else none.
    """

    text: bytes
    next_before: Position | None
