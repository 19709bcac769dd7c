"""`python -m benchmarks.altered_service serve ...`: the service where some names hang, and, if asked, without bounds.

The name server of `HANGING_NAMES` never answers. `FAIRNESS_UNBOUNDED=1` takes off the bounds that have no setting.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from typing import Any, Final

import application.run_in_thread as threads
from application.bounds.shares import MOST_OF_ALL
from application.json_value_count import JsonValueCount
from application.loop_time import LoopTime
from application.turns import Turns
from entrypoints.http.reading_turns import ReadingTurns
from modelbook.__main__ import main

HANGING_NAMES: Final = "whose-name-server-hangs.net"
UNBOUNDED: Final = "FAIRNESS_UNBOUNDED"

# What the system's resolver takes with its defaults: two servers or attempts of 5 s each.
_LOOKUP_SECONDS: Final = 10.0


def _have_names_hang() -> None:
    look_up = socket.getaddrinfo

    def hanging(host: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the standard library has it
        if str(host).endswith(HANGING_NAMES):
            time.sleep(_LOOKUP_SECONDS)
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
        return look_up(host, *arguments, **options)

    socket.getaddrinfo = hanging


def _take_bounds_off() -> None:
    """Have JSON of any size parsed in the event loop, all connections read at once, and nobody wait for a turn."""

    async def in_loop(_: object, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - as it is
        return work()

    async def at_once(_: LoopTime, __: object, work: Any) -> Any:  # noqa: ANN401 - as it is
        return await work

    def read_on_soon(_: ReadingTurns, __: object, read_on: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(read_on)

    def with_many_places(turns: Turns, at_once: int = 1, *, patience_seconds: float | None = None) -> None:
        with_few_places(turns, max(at_once, 1_000_000), patience_seconds=patience_seconds)

    with_few_places = Turns.__init__
    replaced: list[tuple[object, str, object]] = [
        (threads, "run_in_thread", in_loop),
        (LoopTime, "run", at_once),
        (ReadingTurns, "wait", read_on_soon),
        (Turns, "__init__", with_many_places),
        (JsonValueCount, "_fits", lambda _: True),
    ]
    for owner, name, value in replaced:
        setattr(owner, name, value)
    MOST_OF_ALL.clear()


if __name__ == "__main__":
    _have_names_hang()
    if os.environ.get(UNBOUNDED):
        _take_bounds_off()
    main()
