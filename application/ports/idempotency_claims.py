"""Which commands were executed under which Idempotency-Key, and how they were answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

ANSWERS_KEPT: Final = timedelta(hours=24)
"""For so long a request with an Idempotency-Key can be repeated."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The key is this request's: carry the command out, then complete, release or leave the claim.

    Unless it `is_first`, an earlier request with the key and the same content may have carried the command out.
    """

    is_first: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class InFlight:
    """Another request with the key and the same content is being executed at this moment."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key was used before, with other content."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The command was executed before; this is how it was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Claim = Claimed | InFlight | Mismatch | Replay


class Claims(Protocol):
    """The idempotency keys of the current caller's organization; another organization's are out of sight.

    All of it works for the nil organization too, under which requests to the platform's own routes are claimed. A
    claim that was neither completed, released nor held for a time limit, because its process died, may be claimed
    again.
    """

    async def claim(self, key: str, fingerprint: bytes, command_id: UUID) -> Claim:
        """Claim the key for this request, or return the first outcome. Of simultaneous claims exactly one is `Claimed`.

        `fingerprint` is a keyed digest of the request; `command_id` identifies the command in the log.

        Raises:
            Unavailable: the keys cannot be looked up at the moment.
        """
        ...

    async def hold(self, key: str) -> None:
        """Renew the claim while the request is being executed; to be called every few seconds, as long as it is.

        Raises:
            Unavailable: it could not be renewed; the time limit continues.
        """
        ...

    async def complete(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the answer (at most 1 MiB) for the next request with the key.

        Raises:
            Unavailable: it could not be kept; the key stays in flight until its time limit.
        """
        ...

    async def leave_open(self, key: str) -> None:
        """Let the next request with the key and the same content continue: what this one changed is not final.

        Raises:
            Unavailable: it could not be released; the key stays in flight until its time limit.
        """
        ...

    async def release(self, key: str) -> None:
        """Release the key, because the request changed nothing. No effect if it is not claimed.

        Raises:
            Unavailable: it could not be given back; the key stays in flight until its time limit.
        """
        ...
