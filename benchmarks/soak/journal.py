"""What clients were promised, for comparing it with the log in the end; and what was wrong on the way."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from benchmarks.soak.http_client import Answer

_MOST_FAULTS: Final = 200
State = Literal["unknown", "acknowledged", "refused"]


@dataclass(slots=True)
class Change:
    """One change that a client requested: how the log would name it, and what the client was told of it."""

    organization_id: UUID
    topic: str
    mark: str
    state: State = "unknown"
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a 503 said about a change, and when; one with an Idempotency-Key may have been repeated later."""

    organization_id: UUID
    outcome: str
    command_id: UUID | None
    position: int | None
    is_keyed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A prompt that was answered whole."""

    request_id: str
    ended_at: float


@dataclass(slots=True)
class Journal:
    """All of it. `wrong` has a sentence for each thing that must not be."""

    changes: list[Change] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    phase: str = "quiet"
    began: float = field(default_factory=time.monotonic)

    def change(self, organization_id: UUID, topic: str, mark: str) -> Change:
        change = Change(organization_id, topic, mark)
        self.changes.append(change)
        return change

    def count(self, kind: str, outcome: str) -> None:
        self.outcomes[kind, outcome] += 1

    def fault(self, sentence: str) -> None:
        if len(self.wrong) < _MOST_FAULTS:
            self.wrong.append(f"{time.monotonic() - self.began:.0f} s, {self.phase}: {sentence}")

    def claim(self, organization_id: UUID, answer: Answer, *, is_keyed: bool) -> None:
        """Note what a 503 says about a change, and find what it says wrongly by itself."""
        problem: Mapping[str, object] = answer.document if isinstance(answer.document, dict) else {}
        outcome = str(problem.get("outcome"))
        position, command_id = problem.get("logPosition"), problem.get("commandId")
        if outcome not in {"made", "partial", "unknown", "unchanged"} or "Retry-After" not in answer.headers:
            self.fault(f"a 503 to a change does not say what became of it: {answer.text[:300]}")
        if ("Nothing was changed" in str(problem.get("detail"))) != (outcome == "unchanged"):
            self.fault(f"a 503 contradicts itself: {answer.text[:300]}")
        self.claims.append(
            Claim(
                organization_id,
                outcome,
                None if command_id is None else UUID(str(command_id)),
                position if isinstance(position, int) else None,
                is_keyed,
                datetime.now(UTC),
            )
        )
