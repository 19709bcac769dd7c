"""A server that sends prepared answers and records the requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class Capture:
    """Everything that arrived, as text: request line, headers and body of each request."""

    url: str = ""
    echoes: bool = False
    received: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        arrived = f"{request.method} {request.raw_path}\n{headers}\n\n{await request.text()}"
        self.received.append(arrived)
        if self.echoes:
            return web.json_response({"error": {"message": arrived, "code": arrived}}, status=401)
        return web.json_response({"object": "list", "data": []})


@asynccontextmanager
async def capturing(host: str = "127.0.0.1", *, echoes: bool = False) -> AsyncIterator[Capture]:
    """Listen on a free port while the block runs."""
    capture = Capture(echoes=echoes)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", capture.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    capture.url = f"http://{host}:{runner.addresses[0][1]}"
    try:
        yield capture
    finally:
        await runner.cleanup()
