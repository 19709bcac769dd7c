"""Recognizes access keys without querying the database for each request."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from application.access_keys.access_keys import StoredKeys
from application.access_keys.stored_key import StoredKey
from application.ports.clock import Timer

LONGEST_TRUST: Final = 2.0
"""Seconds after which a key is not accepted before the log was asked whether it has grown."""

# Half way through the log is queried while requests continue, so that under load none of them waits for it.
_ASK_AFTER: Final = LONGEST_TRUST / 2
_MOST_KEYS: Final = 10_000
_MOST_UNKNOWN: Final = 4_096
_READS_AT_ONCE: Final = 2


@dataclass(slots=True)
class _Organization:
    """The keys of one organization; a write of it in this process puts another one in this one's place."""

    sequence: int = -1
    asked_at: float = float("-inf")
    loading: asyncio.Task[None] | None = None
    keys: dict[UUID, tuple[int, StoredKey]] = field(default_factory=dict)
    reading: dict[UUID, asyncio.Task[StoredKey | None]] = field(default_factory=dict)

    def note(self, sequence: int, asked_at: float) -> None:
        if asked_at >= self.asked_at:
            self.sequence, self.asked_at = sequence, asked_at

    def known(self, key_id: UUID) -> StoredKey | None:
        """Return the key if it was read from as much of the log as is known of."""
        sequence, key = self.keys.get(key_id, (-1, None))
        return key if sequence >= self.sequence else None


class AccessKeyCache:
    """Finds keys by organization and id, of which some 10,000 are kept in memory, about 10 MB.

    A key is not trusted for longer than `LONGEST_TRUST` without checking whether the organization's log has grown; a
    write in this process is seen at once. Keys that do not exist are remembered for as long, at most 4,096 of them, and
    apart from the others, so that guessed ones push no real one out; at most two keys are read at the same time.
    """

    def __init__(self, keys: StoredKeys, timer: Timer, *, most_keys: int = _MOST_KEYS) -> None:
        self._reader = keys
        self._timer = timer
        self._most_keys = most_keys
        self._organizations: OrderedDict[UUID, _Organization] = OrderedDict()
        self._count = 0
        self._unknown: OrderedDict[tuple[UUID, UUID], float] = OrderedDict()
        self._turns = asyncio.Semaphore(_READS_AT_ONCE)

    def forget(self, organization_id: UUID) -> None:
        """Read the organization's keys again: something of it was written."""
        gone = self._organizations.pop(organization_id, None)
        self._count -= 0 if gone is None else len(gone.keys)

    async def find(self, organization_id: UUID, key_id: UUID) -> StoredKey | None:
        """Return the key, or None if the organization has none of this id.

        Raises:
            Unavailable: the database cannot be reached.
        """
        organization = self._organizations.get(organization_id)
        if organization is not None:
            known = organization.known(key_id)
            age = self._timer.now() - organization.asked_at
            if known is not None and age < _ASK_AFTER:
                return known
            if known is not None:
                if age >= LONGEST_TRUST:
                    # Others wait for the same answer: one of them that goes away must not take it from them.
                    await asyncio.shield(self._load(organization_id, organization))
                    known = organization.known(key_id)
                else:
                    self._load(organization_id, organization)
                if known is not None:
                    return known
        return await self._read(organization_id, key_id)

    async def read_again(self, organization_id: UUID, key_id: UUID) -> StoredKey | None:
        """Return the key as it is at this moment: another process may have given it a secret that is not known here.

        Requests with the same key share a read that begins after they came.

        Raises:
            Unavailable: the database cannot be reached.
        """
        organization = self._organizations.get(organization_id)
        reading = None if organization is None else organization.reading.get(key_id)
        if reading is not None:
            await asyncio.wait({reading})
        return await self._read(organization_id, key_id)

    def _load(self, organization_id: UUID, organization: _Organization) -> asyncio.Task[None]:
        if organization.loading is None:
            organization.loading = asyncio.create_task(self._query(organization_id, organization))
            organization.loading.add_done_callback(_look_at)
        return organization.loading

    async def _query(self, organization_id: UUID, organization: _Organization) -> None:
        try:
            asked_at = self._timer.now()
            organization.note(await self._reader.sequence(organization_id), asked_at)
        finally:
            organization.loading = None

    async def _read(self, organization_id: UUID, key_id: UUID) -> StoredKey | None:
        if self._unknown.get((organization_id, key_id), float("-inf")) > self._timer.now() - LONGEST_TRUST:
            return None
        organization = self._organizations.setdefault(organization_id, _Organization())
        if key_id not in organization.reading:
            organization.reading[key_id] = asyncio.create_task(self._fetched(organization_id, key_id, organization))
            organization.reading[key_id].add_done_callback(_look_at)
        return await asyncio.shield(organization.reading[key_id])

    async def _fetched(self, organization_id: UUID, key_id: UUID, organization: _Organization) -> StoredKey | None:
        key: StoredKey | None = None
        try:
            async with self._turns:
                asked_at = self._timer.now()
                sequence, key = await self._reader.read(organization_id, key_id)
            # What was written to meanwhile has another one in its place, and is read again.
            if self._organizations.get(organization_id) is organization:
                organization.note(sequence, asked_at)
                self._keep(organization, key_id, sequence, key)
                if key is None:
                    self._remember_unknown((organization_id, key_id), asked_at)
        finally:
            del organization.reading[key_id]
            if self._organizations.get(organization_id) is organization:
                self._organizations.move_to_end(organization_id)
                self._make_room(organization)
                if not organization.keys and not organization.reading:
                    self.forget(organization_id)
        return key

    def _keep(self, organization: _Organization, key_id: UUID, sequence: int, key: StoredKey | None) -> None:
        self._count -= organization.keys.pop(key_id, None) is not None
        if key is not None:
            organization.keys[key_id] = (sequence, key)
            self._count += 1

    def _make_room(self, newest: _Organization) -> None:
        """Forget the organization whose keys were read the longest ago, or the oldest key of the only one."""
        while self._count > self._most_keys:
            oldest_id, oldest = next(iter(self._organizations.items()))
            if oldest is newest:
                self._keep(oldest, next(iter(oldest.keys)), 0, None)
            else:
                self.forget(oldest_id)

    def _remember_unknown(self, place: tuple[UUID, UUID], asked_at: float) -> None:
        self._unknown[place] = asked_at
        self._unknown.move_to_end(place)
        if len(self._unknown) > _MOST_UNKNOWN:
            self._unknown.popitem(last=False)


def _look_at(task: asyncio.Task[None] | asyncio.Task[StoredKey | None]) -> None:
    """Take note of a failure that nobody waits for: the next request meets it again."""
    if not task.cancelled():
        task.exception()
