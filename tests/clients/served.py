"""A Python client in an environment of its own, which executes lines of JSON; it uses the standard library alone.

The other end is `remote.py`.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

_LONGEST_LINE: Final = 4 * 1024 * 1024


async def serve(
    make: Callable[[str, str, str], Mapping[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]]],
    *,
    version: str,
    seen: Callable[[BaseException], dict[str, Any] | None],
) -> None:
    """Do what is asked until there is nothing more; `make` gives the operations at a URL, with a token, of an API.

    `seen` tells of an error of the client: status, code, param, message; none of one that is no answer of a server.
    """
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    place = json.loads(await reader.readline())
    operations = make(place["url"], place["token"], place["api"])
    _say({"version": version, "operations": [*operations]})

    async def work(line: bytes) -> None:
        asked = json.loads(line)
        try:
            result = await operations[asked["operation"]](**asked["arguments"])
        except Exception as error:  # noqa: BLE001 - sent to the other end, whatever it is
            facts = seen(error) or {"status": None, "code": None, "param": None, "message": str(error)}
            _say({"id": asked["id"], "error": {**facts, "raised": type(error).__name__}})
        else:
            _say({"id": asked["id"], "result": result})

    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(work(line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def seen_body(status: int | None, body: object, message: str) -> dict[str, Any]:
    """Tell of an error by the body that a server sent: OpenAI's shape, or Anthropic's."""
    document = body if isinstance(body, dict) else {}
    error = document.get("error", document)
    error = error if isinstance(error, dict) else {}
    return {
        "status": status,
        "code": error.get("code") or error.get("type"),
        "param": error.get("param"),
        "message": error.get("message") or message,
    }


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
