"""The routes for liveness and readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from application.errors import Unavailable
from entrypoints.http.answers.health import Liveness, ReadinessReport
from entrypoints.http.authorization import Access
from entrypoints.http.json_responses import json_response
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.shutdown_state import ShutdownState

_LATER: Final = {"Retry-After": "1"}

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises `Unavailable` when it is not."""

Warn = Callable[[], Awaitable[str | None]]
"""Returns at once: what is wrong, none when nothing is."""


class HealthViews:
    """Answers health checks of the process, and checks the service's dependencies concurrently."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        warnings: Mapping[str, Warn],
        stopping: ShutdownState,
        *,
        seconds: float = 1.0,
    ) -> None:
        self._checks = checks
        self._warnings = warnings
        self._stopping = stopping
        self._seconds = seconds
        self._under_way: dict[str, asyncio.Task[None]] = {}

    @endpoint(
        "GET",
        "/healthz",
        access=Access.PUBLIC,
        tag="service",
        answers={200: Answer(description="It is.", schema=Liveness)},
    )
    async def healthz(self, request: web.Request) -> web.Response:  # noqa: ARG002 - alive, whoever asks
        """Whether the process is alive."""
        return json_response(Liveness(status="alive"))

    @endpoint(
        "GET",
        "/readyz",
        access=Access.PUBLIC,
        tag="service",
        answers={
            200: Answer(description="It can.", schema=ReadinessReport),
            503: Answer(description="Something it needs is missing.", schema=ReadinessReport, headers=("Retry-After",)),
        },
    )
    async def readyz(self, request: web.Request) -> web.Response:  # noqa: ARG002 - ready, whoever asks
        """Whether the service can do its work.

        Names each thing that the service depends on, and how it was found just now. Answers 503 when one is not well.
        Of what is wrong but stops nobody from working it warns. A process that is about to stop answers 503 as well,
        and serves on for a while, so that balancers have the time to send requests elsewhere.
        """
        if self._stopping.draining.is_set():
            return json_response(ReadinessReport(status="stopping", checks={}), status=503, headers=_LATER)
        found = await asyncio.gather(*(self._found(name, check) for name, check in self._checks.items()))
        checks = dict(zip(self._checks, found, strict=True))
        ready = all(state == "ok" for state in found)
        headers = {} if ready else _LATER
        report = ReadinessReport(status="ready" if ready else "not ready", checks=checks)
        warnings = {name: text for name, ask in self._warnings.items() if (text := await ask()) is not None}
        if warnings:
            report.warnings = warnings
        return json_response(report, status=200 if ready else 503, headers=headers)

    async def _found(self, name: str, check: Check) -> str:
        """Return the result of the check. A check that hangs continues, and the next caller waits for the same one."""
        checking = self._under_way.get(name)
        if checking is None:
            checking = self._under_way[name] = asyncio.create_task(_made(check))
        # Not cancelled: a database that has stopped lets nobody go for some ten seconds.
        done, _ = await asyncio.wait({checking}, timeout=self._seconds)
        if not done:
            return f"no answer within {self._seconds:g} s"
        self._under_way.pop(name, None)
        try:
            checking.result()
        except Unavailable:
            return "unavailable"
        return "ok"


async def _made(check: Check) -> None:
    await check()
