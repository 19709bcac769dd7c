"""Holds what is kept of an organization to its quotas: providers, models, answers for an Idempotency-Key."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from application.bounds.organization_quotas import OrganizationQuotas
from application.bounds.quotas import QUOTAS
from application.bounds.rate_limits import Quota
from application.caller import current_caller
from application.errors import QuotaReached, RateLimited
from application.ports.clock import Timer
from application.ports.idempotency_claims import ANSWERS_KEPT

COUNTED_EVERY: Final = 10.0
"""Seconds after which the stock is counted again, with what other processes have added."""

# Of what there is room for, as much is let in before it is counted again.
_PART: Final = 10
_MOST_REMEMBERED: Final = 10_000
_SOME_TIME: Final = 60
_KEPT: Final = frozenset({"keptAnswers", "keptAnswerBytes"})
# Only time makes room for these: the stock is not counted again at once for whoever is refused and tries again.
_FULL_FOR: Final = 1.0

_Place = tuple["UUID", str]


class StoredAmounts(Protocol):
    """Counts what is kept of the current caller's organization, by the names of the quotas that bound it."""

    async def registered(self) -> Mapping[str, int]:
        """Return how many providers and models there are.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    async def kept_answers(self) -> Mapping[str, int]:
        """Return how many answers are kept, and how many bytes they take; errors as for `registered`."""
        ...


@dataclass(slots=True)
class _Room:
    """So much more may be added before it is counted again; as of a quota and a time."""

    most: int
    left: int
    counted_at: float


class Stocks:
    """Decides whether there is room for more.

    Counting costs more the more there is, so that it is done seldom where there is much room, and always where there is
    little. Requests at one moment may pass a quota by what they add together.
    """

    def __init__(self, quotas: OrganizationQuotas, stored: StoredAmounts, timer: Timer) -> None:
        self._quotas = quotas
        self._stored = stored
        self._timer = timer
        self._rooms: OrderedDict[_Place, _Room] = OrderedDict()

    async def check(self, name: str, amount: int) -> None:
        """Do nothing if the current caller's organization may have so many more.

        Raises:
            QuotaReached: it may not.
            Unavailable: the database cannot be reached.
        """
        if not await self.has_room(name, amount):
            most = (await self._quotas.of(current_caller().organization_id))[name]
            raise QuotaReached(name, QUOTAS[name].what, most)

    async def check_answers(self) -> None:
        """Do nothing if one more answer may be kept for an Idempotency-Key.

        Raises:
            RateLimited: none may.
            Unavailable: the database cannot be reached.
        """
        if not await self.has_room("keptAnswers", 1):
            raise no_room_for_answers((await self._quotas.of(current_caller().organization_id))["keptAnswers"])

    async def has_room(self, name: str, amount: int) -> bool:
        """Return whether the current caller's organization may have so many more; errors as for `check`."""
        organization_id = current_caller().organization_id
        most = (await self._quotas.of(organization_id))[name]
        if not most:
            return True
        room = self._rooms.get((organization_id, name))
        now = self._timer.now()
        if room is not None and room.most == most and amount <= room.left and now - room.counted_at < COUNTED_EVERY:
            room.left -= amount
            return True
        is_kept = name in _KEPT
        if is_kept and room is not None and room.most == most and not room.left and now - room.counted_at < _FULL_FOR:
            return False
        counted = await (self._stored.kept_answers() if is_kept else self._stored.registered())
        free = most - counted[name]
        self._rooms[organization_id, name] = _Room(most, max(0, free // _PART - amount), now)
        self._rooms.move_to_end((organization_id, name))
        if len(self._rooms) > _MOST_REMEMBERED:
            self._rooms.popitem(last=False)
        return amount <= free


def no_room_for_answers(most: int) -> RateLimited:
    """Return the refusal of a request with an Idempotency-Key, for which no answer could be kept."""
    return RateLimited(
        Quota(name="keptAnswers", what=QUOTAS["keptAnswers"].what, requests=most, seconds=ANSWERS_KEPT.days * 86_400),
        _SOME_TIME,
        f"Your organization may have {most:,} {QUOTAS['keptAnswers'].what}, and has. Each is kept for 24 hours: try "
        "again later, or without a key.",
    )
