"""What is to be given back when the request that caused it has been answered, wherever it was taken."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Request:
    """What one request has to give back, as long as it is not over."""

    def __init__(self) -> None:
        self.is_over = False
        self.taken: list[Callable[[], None]] = []


_current: ContextVar[_Request | None] = ContextVar("request_end", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """Call at the end of the block what was given to `at_request_end` within it."""
    request = _Request()
    token = _current.set(request)
    try:
        yield
    finally:
        _current.reset(token)
        request.is_over = True
        for give_back in request.taken:
            give_back()


def at_request_end(give_back: Callable[[], None]) -> None:
    """Call this when the request has been answered: at once where there is none, or a task has outlived it."""
    request = _current.get()
    if request is None or request.is_over:
        give_back()
    else:
        request.taken.append(give_back)
