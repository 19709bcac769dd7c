"""Changes are made on the newest state unless the caller names the state that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from application.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

_TRIES: Final = 5


async def on_newest(change: Callable[[], Awaitable[T]], *, expected_revision: int | None) -> T:
    """Return what the change gives, made anew where another command came first, and no revision is expected.

    Raises:
        Conflict: others came first too often, a revision is expected, or a constraint is violated.
    """
    for _ in range(_TRIES - 1):
        try:
            return await change()
        except Conflict as error:
            if expected_revision is not None or type(error) is not Conflict:
                raise
    return await change()
