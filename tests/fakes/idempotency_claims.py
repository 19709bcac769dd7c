"""Idempotency keys in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from application.caller import current_caller
from application.ports.idempotency_claims import Claim, Claimed, InFlight, Mismatch, Replay


@dataclass(slots=True)
class _Entry:
    fingerprint: bytes
    command_id: UUID
    replay: Replay | None = None
    is_left_open: bool = False


class FakeClaims:
    """Keeps what the Postgres adapter keeps, for each organization by itself; never forgets."""

    def __init__(self) -> None:
        self._entries: dict[tuple[UUID, str], _Entry] = {}

    async def claim(self, key: str, fingerprint: bytes, command_id: UUID) -> Claim:
        place = (current_caller().organization_id, key)
        entry = self._entries.get(place)
        if entry is None:
            self._entries[place] = _Entry(fingerprint, command_id)
            return Claimed()
        if entry.fingerprint != fingerprint:
            return Mismatch()
        if entry.is_left_open:
            entry.is_left_open = False
            return Claimed(is_first=False)
        return entry.replay or InFlight()

    async def hold(self, key: str) -> None:
        """Do nothing: a claim of a fake is never taken for abandoned."""

    async def complete(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._entries[current_caller().organization_id, key].replay = Replay(status, dict(headers), body)

    async def leave_open(self, key: str) -> None:
        entry = self._entries.get((current_caller().organization_id, key))
        if entry is not None:
            entry.is_left_open = entry.replay is None

    async def release(self, key: str) -> None:
        place = (current_caller().organization_id, key)
        if place in self._entries and self._entries[place].replay is None:
            del self._entries[place]
