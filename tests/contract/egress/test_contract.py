import socket
from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from tests.contract.egress.loopback import HOST
from tests.contract.outbound_contract import OutboundContract


class _Subject:
    def __init__(self, outbound: Egress, port: int, silent_port: int) -> None:
        self.outbound = outbound
        self._port = port
        self._silent_port = silent_port
        self._answers: dict[str, tuple[int, Mapping[str, str], tuple[bytes, ...]]] = {}

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self._port}{path}"

    def silent_url(self) -> str:
        return f"http://{HOST}:{self._silent_port}/"

    def answer(self, path: str, *chunks: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._answers[path] = (status, headers or {}, chunks)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        status, headers, chunks = self._answers[request.path]
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        return response


class TestEgress(OutboundContract):
    @pytest.fixture
    async def subject(self) -> AsyncIterator[_Subject]:
        application = web.Application()
        runner = web.AppRunner(application)
        # Bound and never listening: whoever connects is refused, and nobody else can take the port.
        with socket.socket() as silent, socket.socket() as listening:
            silent.bind((HOST, 0))
            listening.bind((HOST, 0))
            port, silent_port = listening.getsockname()[1], silent.getsockname()[1]
            allow = EgressAllowList.parse(f"{HOST}:{port}, {HOST}:{silent_port}")
            async with Egress(allow) as outbound:
                subject = _Subject(outbound, port, silent_port)
                application.router.add_get("/{path:.*}", subject.handle)
                await runner.setup()
                await web.SockSite(runner, listening).start()
                yield subject
            await runner.cleanup()
