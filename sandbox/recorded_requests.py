"""Requests that the sandbox has received, so that tests can assert what a client sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.json_fields import JsonObject
from sandbox.parsed_prompt import ParsedPrompt

#: Number of requests to keep: more than any test sends, and small enough for a long-running sandbox.
KEPT_REQUESTS = 1_000
#: Of larger bodies, such as photographs, only the size is recorded.
LARGEST_KEPT_BODY = 256 * 1024

Ending = Literal["pending", "answered", "disconnected", "dropped"]


@dataclass(slots=True, kw_only=True, eq=False)
class RecordedRequest:
    """One request, and how it ended.

    `disconnected` means that the client disconnected first, as on a cancellation; `dropped` that the sandbox was set to
    cut the connection.
    """

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    #: Case-insensitive, as sent.
    headers: Mapping[str, str]
    #: The body when it was a JSON object, and not too large to be kept.
    json: JsonObject | None
    #: Bytes.
    body_size: int
    provider: str | None
    operation: str | None
    #: The prompt as the provider read it; None when there was none, or it was refused.
    prompt: ParsedPrompt | None = None
    ending: Ending = "pending"
    #: Status that was sent; None when none was.
    status: int | None = None
    #: Tokens that are charged, by direction; None when nothing is. Of an answer that was cut off it is all of it.
    billed: Mapping[str, int] | None = None
    _ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def end(self, ending: Ending, status: int | None) -> None:
        """Record how the request ended and wake those who wait for it."""
        self.ending = ending
        self.status = status
        self._ended.set()

    async def wait_ended(self, seconds: float = 2.0) -> Ending:
        """How the request ended.

        Raises:
            TimeoutError: it has not ended within `seconds`.
        """
        await asyncio.wait_for(self._ended.wait(), seconds)
        return self.ending

    def summary(self) -> JsonObject:
        """The request as JSON, for a client in another process."""
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "json": self.json,
            "bodySize": self.body_size,
            "provider": self.provider,
            "operation": self.operation,
            "ending": self.ending,
            "status": self.status,
            "billed": None if self.billed is None else dict(self.billed),
        }
