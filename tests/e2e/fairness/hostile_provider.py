"""A provider that an attacker runs himself: it hangs, lists 100,000 models, or answers with 16 MiB.

What it says is made once, so that it costs nothing to say it again and again.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

MEBIBYTE: Final = 1024 * 1024
HOST: Final = "127.0.0.1"

_USAGE: Final = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


@dataclass(slots=True)
class HostileProvider:
    """Speaks Chat Completions, after its manner. The first part of a path says which manner."""

    longest_list: int
    """Of how many models the list is that no provider should have."""
    accepted_list: int
    """Of how many models the longest list is that is taken as one."""
    answer_bytes: int
    received: int = 0
    """Requests so far."""
    _answers: dict[str, bytes] = field(default_factory=dict)

    def answer_to(self, path: str) -> bytes | None:
        """Return the answer to be sent, none where nothing is ever to be sent."""
        _, manner, *rest = path.split("/")
        if manner == "hangs":
            return None
        kind = rest[-1] if manner == "answers-large" else manner
        if kind not in self._answers:
            self._answers[kind] = _response(self._body(kind))
        return self._answers[kind]

    def _body(self, kind: str) -> bytes:
        match kind:
            case "lists-many":
                return _list_of(self.longest_list)
            case "lists-accepted":
                return _list_of(self.accepted_list)
            case "completions":
                return _completion("x" * self.answer_bytes)
            case _:
                return b'{"object":"list","data":[],"note":"' + b"x" * self.answer_bytes + b'"}'


def _list_of(count: int) -> bytes:
    models = [
        {"id": f"model-{number:06}", "object": "model", "created": 1_700_000_000, "owned_by": "someone"}
        for number in range(count)
    ]
    return json.dumps({"object": "list", "data": models}).encode()


def _completion(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": _USAGE}
    return json.dumps(answer).encode()


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@asynccontextmanager
async def playing(provider: HostileProvider, port: int = 0) -> AsyncIterator[int]:
    """Serve on a port of the loopback interface, a free one for 0, and return it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                for line in head.split("\r\n"):
                    if line.lower().startswith("content-length:"):
                        await reader.readexactly(int(line.partition(":")[2]))
                provider.received += 1
                answer = provider.answer_to(head.split(" ", 2)[1].partition("?")[0])
                if answer is None:
                    await reader.read()
                    return
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return  # The service has hung up.
        finally:
            writer.close()

    server = await asyncio.start_server(serve, HOST, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
