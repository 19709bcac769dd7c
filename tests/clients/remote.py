"""Clients in environments of their own: each is a process that executes lines of JSON."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.clients.client import ClientError, ClientResult

_ROOT: Final = Path(__file__).parents[2]
_LONGEST_LINE: Final = 4 * 1024 * 1024
_START_SECONDS: Final = 300
_END_SECONDS: Final = 2


@dataclass(slots=True)
class RemoteClient:
    """Implements `Client`."""

    name: str
    api: str
    version: str
    operations: frozenset[str]
    process: asyncio.subprocess.Process
    waiting: dict[int, asyncio.Future[ClientResult]] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)

    async def run(self, operation: str, /, **arguments: Any) -> ClientResult:
        if self.process.stdout is None or self.process.stdout.at_eof():
            raise EOFError(f"{self.name} has ended")
        number = next(self.numbers)
        self.waiting[number] = asyncio.get_running_loop().create_future()
        _write(self.process, {"id": number, "operation": operation, "arguments": arguments})
        answer = await self.waiting[number]
        if "error" in answer:
            raise ClientError(**answer["error"])
        result: ClientResult = answer["result"]
        return result

    async def listen(self) -> None:
        """Hand each answer to who waits for it, until there are no more."""
        while line := await _line(self.process):
            answer = json.loads(line)
            waiting = self.waiting.pop(answer["id"])
            if not waiting.done():
                waiting.set_result(answer)
        for waiting in self.waiting.values():
            waiting.set_exception(EOFError(f"{self.name} has ended"))


@asynccontextmanager
async def remote(name: str, command: Sequence[str], *, url: str, token: str, api: str) -> AsyncIterator[RemoteClient]:
    """Start a client of an API, and see to its end."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_LINE
    )
    try:
        _write(process, {"url": url, "token": token, "api": api})
        first = json.loads(await asyncio.wait_for(_line(process), _START_SECONDS))
        client = RemoteClient(name, api, first["version"], frozenset(first["operations"]), process)
        listening = asyncio.create_task(client.listen())
        yield client
        process.stdin.close()  # type: ignore[union-attr] # it is a pipe
        # Some wait for ever for what they have left.
        with suppress(TimeoutError):
            await asyncio.wait_for(listening, _END_SECONDS)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _write(process: asyncio.subprocess.Process, document: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(document).encode() + b"\n")


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    return await process.stdout.readline()
