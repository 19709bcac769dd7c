"""Passphrases hashed with argon2id, one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.members.accounts import SignInBusy
from application.run_in_thread import run_in_thread

if TYPE_CHECKING:
    from argon2 import PasswordHasher


# The least that OWASP's Password Storage Cheat Sheet recommends (2025): 19 MiB, two passes, one lane. More memory would
# be more of a process that has 130 MB in all.
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1

MOST_WAITING: Final = 10
"""Who comes when so many wait is sent away: they would wait for more than a second."""

# Represents all sign-ins where organizations take turns (`run_in_thread`): they hold up nobody else's work, and rest as
# long as they have worked.
_TURN: Final = UUID("6d6f6465-6c62-4f6f-8b00-7369676e696e")


class Argon2Passphrases:
    """Implements `application.members.accounts.Passphrases`."""

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting = 0

    async def hash(self, passphrase: str) -> str:
        with self._place():
            return await run_in_thread(_TURN, lambda: _hasher().hash(passphrase))

    async def matches(self, passphrase: str, hashed: str | None) -> bool:
        with self._place():
            return await run_in_thread(_TURN, lambda: _matches(passphrase, hashed))

    def is_outdated(self, hashed: str) -> bool:
        return _hasher().check_needs_rehash(hashed)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._waiting >= self._most_waiting:
            raise SignInBusy
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


@cache
def _hasher() -> "PasswordHasher":
    # Its library is needed where somebody signs in, and nowhere else.
    from argon2 import PasswordHasher  # noqa: PLC0415

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash("a passphrase that belongs to nobody")


def _matches(passphrase: str, hashed: str | None) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    # Made in any case, so that the first unknown address takes no longer than a known one.
    nobodys = _hash_of_nobody()
    try:
        _hasher().verify(hashed or nobodys, passphrase)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
