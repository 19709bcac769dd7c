"""What every return to an earlier state has in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from application.caller import acting_as, current_caller
from application.errors import InvalidInput
from domain.root import Root


def check_revision(root: Root, revision: int) -> None:
    """Do nothing if it has been at this revision.

    Raises:
        InvalidInput: it has not got there yet.
    """
    if revision > root.revision:
        raise InvalidInput("/toRevision", f"It is at revision {root.revision}; there is no revision {revision}.")


@contextmanager
def reverting(revision: int) -> Iterator[None]:
    """Give the revision as the reason of what the block records, unless the caller gives another."""
    caller = current_caller()
    with acting_as(replace(caller, reason=caller.reason or f"Reverted to revision {revision}")):
        yield
