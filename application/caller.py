"""The current caller: set at each entry point, read by adapters that need a tenant."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4, uuid5

from application.access_keys.stored_key import StoredKey
from application.command_outcome import CommandOutcome


@dataclass(slots=True, kw_only=True)
class Caller:
    """Who sends the request, for which organization, under which command id.

    `actor` is the subject of the verified token or the id of the access key (an id, never a name or an address). With
    an access key, `access_key_id` names it, `labels` are its labels, and `access_key` holds what it may do. A command
    id is recorded with every event the request causes, and the log applies one command id once. What becomes of the
    command is noted in `outcome`, also by commands that are a part of it. `seen_position` is how much of the
    organization's log an answer has to show at least, where the caller says so.
    """

    organization_id: UUID
    actor: str
    command_id: UUID
    correlation_id: str
    reason: str | None = None
    access_key_id: UUID | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    access_key: StoredKey | None = field(default=None, compare=False, repr=False)
    seen_position: int | None = None
    outcome: CommandOutcome = field(default_factory=CommandOutcome, compare=False, repr=False)

    @classmethod
    def of_service(cls, organization_id: UUID, actor: str) -> Self:
        """Return the caller of something that a part of the service, the actor, does for an organization by itself."""
        return cls(organization_id=organization_id, actor=actor, command_id=uuid4(), correlation_id=actor)

    def new_id(self, ordinal: int = 0) -> UUID:
        """Return an id for something the command makes: the same one when the same command is repeated."""
        return uuid5(self.command_id, str(ordinal))

    def id_for(self, name: str) -> UUID:
        """Return an id for something the command makes under this name, again the same one when it is repeated."""
        return uuid5(self.command_id, name)


class NoCaller(RuntimeError):
    """Code that needs a tenant ran outside any request: a mistake of ours, and refused."""


_caller: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """Return on whose behalf this runs.

    Raises:
        NoCaller: nobody's; there is no default tenant.
    """
    try:
        return _caller.get()
    except LookupError:
        raise NoCaller from None


def amend_reason(reason: str) -> None:
    """Give all that the current caller records from now on this reason, until its block ends.

    Raises:
        NoCaller: there is no caller.
    """
    _caller.set(replace(current_caller(), reason=reason))


class acting_as:  # noqa: N801 - used like a function, as what contextlib has
    """Run the block, and the tasks and threads it starts, on this caller's behalf."""

    __slots__ = ("_caller", "_token")

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __enter__(self) -> None:
        self._token = _caller.set(self._caller)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _caller.reset(self._token)
