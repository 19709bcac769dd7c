"""Changes are made on the newest state unless the caller names the state that they are for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from application.errors import Conflict, FieldsChanged
from application.ports.repositories import Repository
from application.recorded_revision import Recorded
from domain.root import Root

T = TypeVar("T")
RootT = TypeVar("RootT", bound=Root)

_TRIES: Final = 10
_ABSENT: Final = object()


async def on_newest(change: Callable[[], Awaitable[T]]) -> T:
    """Return what the change gives, applied again to the newest state where another command came first.

    A change that expects a revision loads with it, and so finds it stale the second time.

    Raises:
        Conflict: others came first too often, or a constraint is violated.
        StaleRevision: a revision is expected, and another command came first.
    """
    for _ in range(_TRIES - 1):
        try:
            return await change()
        except Conflict as error:
            if type(error) is not Conflict:
                raise
    return await change()


async def change_newest(
    repository: Repository[RootT], aggregate_id: UUID, change: Callable[[RootT], None], *, expected_revision: int | None
) -> Recorded:
    """Load the aggregate, change it, and save it, on the newest state.

    Raises:
        NotFound: the organization has none of this id.
        StaleRevision: its revision is not the expected one.
        Conflict: as for `on_newest`.
    """

    async def changed() -> Recorded:
        aggregate = await repository.get(aggregate_id, expected_revision=expected_revision)
        change(aggregate)
        return await repository.save(aggregate)

    return await on_newest(changed)


@dataclass(slots=True)
class SeenFields:
    """What the fields that a patch names held when it was first tried, by their JSON pointers."""

    _seen: Mapping[str, Any] | None = field(default=None)

    def check(self, held: Mapping[str, Any]) -> None:
        """Note the fields the first time, and compare them every other time.

        Raises:
            FieldsChanged: another command has changed some of them since.
        """
        if self._seen is None:
            self._seen = dict(held)
            return
        seen = self._seen
        names = dict.fromkeys([*seen, *held])
        changed = [name for name in names if seen.get(name, _ABSENT) != held.get(name, _ABSENT)]
        if changed:
            raise FieldsChanged(changed)


def patched_members(pointer: str, held: object, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is held under each member that a merge patch of the document at the pointer names (RFC 7396)."""
    if not isinstance(held, Mapping):
        held = {}
    members: dict[str, Any] = {}
    for name, value in patch.items():
        below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        member = held.get(name, _ABSENT)
        if isinstance(value, Mapping) and (member is _ABSENT or isinstance(member, Mapping)):
            members |= patched_members(below, member, value)
        elif member is not _ABSENT:
            members[below] = member
    return members
