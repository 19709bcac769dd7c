"""Whether lists may be read from a replica of the database: maintained by the watcher, consulted by every read."""

import asyncio
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from uuid import UUID

from application.ports.clock import Timer

MOST_BEHIND_SECONDS: Final = 5.0
"""A replica that is further behind answers nobody."""

# Longer than a replica that is queried can be behind: after that it has what was written here.
_WRITTEN_SECONDS: Final = 2 * MOST_BEHIND_SECONDS
_MOST_WRITTEN: Final = 10_000
_MOST_MARKS: Final = 120

AnsweredBy = Literal["replica", "primary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaReading:
    """The state of both servers: how much the primary has written (none: it does not answer), and the replica replayed.

    `is_replica`: it replays what another server writes. `is_ours`: that server is the primary. In bytes of the log that
    Postgres writes ahead.
    """

    is_replica: bool
    is_ours: bool
    written: int | None
    replayed: int


class ReplicaProbe(Protocol):
    """Looks at the replica."""

    async def read(self) -> ReplicaReading:
        """Return its state now.

        Raises:
            Unavailable: it cannot be reached.
        """
        ...


class ReadReplica:
    """What is known of the replica in this process. Until it was looked at, and where something is wrong, it is unused.

    `problem` says what is wrong, None where nothing is. `lost` is set while it is unused, so that whoever waits for an
    answer of it uses another server. `answered` counts the reads.
    """

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._written: OrderedDict[UUID, float] = OrderedDict()
        self._marks: deque[tuple[float, int]] = deque()
        self.problem: str | None = "has not been looked at yet"
        self.lag_seconds = 0.0
        self.lost = asyncio.Event()
        self.lost.set()
        self.answered: Counter[AnsweredBy] = Counter()

    def wrote(self, organization_id: UUID) -> None:
        """Note that something of the organization may have been written in this process."""
        self._written[organization_id] = self._timer.now()
        self._written.move_to_end(organization_id)
        if len(self._written) > _MOST_WRITTEN:
            self._written.popitem(last=False)

    def may_answer(self, organization_id: UUID, seen_position: int | None) -> bool:
        """Return whether it may be queried for the organization.

        A caller that names a position reads up to there; one that does not, up to what this process has written.
        """
        if self.problem is not None:
            return False
        if seen_position is not None:
            return True
        return self._timer.now() - self._written.get(organization_id, float("-inf")) > _WRITTEN_SECONDS

    def note(self, reading: ReplicaReading) -> None:
        """Evaluate the state of both servers."""
        now = self._timer.now()
        if reading.written is not None and len(self._marks) < _MOST_MARKS:
            self._marks.append((now, reading.written))
        while self._marks and self._marks[0][1] <= reading.replayed:
            self._marks.popleft()
        self.lag_seconds = now - self._marks[0][0] if self._marks else 0.0
        if not reading.is_replica:
            self.note_problem("is no replica, or is none any more: it takes writes of its own")
        elif not reading.is_ours:
            self.note_problem("replicates another database server")
        elif self.lag_seconds > MOST_BEHIND_SECONDS:
            self.note_problem(f"is more than {MOST_BEHIND_SECONDS:g} seconds behind")
        else:
            self.problem = None
            self.lost.clear()

    def note_problem(self, problem: str) -> None:
        """Use it no more until it is well again."""
        self.problem = problem
        self.lost.set()
