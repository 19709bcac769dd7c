"""Memory that large answers take, counted for the organization that waits for them."""

from functools import partial
from typing import Final
from uuid import UUID

from adapters.egress.decompression import BodyRefused
from application.bounds.shares import Shares
from application.loop_time import loop_time
from application.request_cleanup import at_request_end, turn_until_request_end
from application.turns import Turns

_MEMORY_SHARE: Final = "bodyBytes"
# Usual answers are much shorter, and not worth counting.
_SMALL_BYTES: Final = 1024 * 1024
# What is parsed and written of large answers while other organizations are at work.
_BYTES_A_SECOND_BESIDE_OTHERS: Final = 8 * 1024 * 1024


class ResponseMemory:
    """Counts the bytes of an answer, once it is large, as held by the organization until its request is answered.

    What is made of them, and written for the client, takes as much memory again. With `turns` a large answer waits
    until no other of the organization is held; for requests that read one answer at a time.
    """

    def __init__(self, shares: Shares | None, organization_id: UUID | None, turns: Turns | None) -> None:
        self._shares = shares
        self._organization_id = organization_id
        self._turns = turns
        self._length = 0

    async def add(self, length: int) -> None:
        """Count them.

        Raises:
            BodyRefused: the organization holds as much as it may.
        """
        self._length += length
        if self._shares is None or self._organization_id is None or self._length <= _SMALL_BYTES:
            return
        # With the first that are too much to be small, all before them count.
        is_first = self._length - length <= _SMALL_BYTES
        if self._turns is not None:
            if is_first:
                await turn_until_request_end(self._turns, self._organization_id, self._rest)
            return
        amount = 2 * (self._length if is_first else length)
        if not self._shares.has_room(_MEMORY_SHARE, self._organization_id, amount):
            raise BodyRefused("Your organization has more and larger requests and answers under way than it may.")
        self._shares.add(_MEMORY_SHARE, self._organization_id, amount)
        at_request_end(partial(self._shares.add, _MEMORY_SHARE, self._organization_id, -amount))

    def _rest(self) -> float:
        """Return for how many seconds the organization's next large answer waits after this one.

        Nothing interrupts the parsing of an answer, nor its writing.
        """
        is_alone = self._organization_id is None or not loop_time().are_others_at_work(self._organization_id)
        return 0.0 if is_alone else self._length / _BYTES_A_SECOND_BESIDE_OTHERS
