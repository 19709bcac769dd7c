"""A client that says what came of a request, whatever came of it."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import aiohttp

_IDS: Final = re.compile(r"[0-9a-f-]{36}|\?.*")
_PATIENCE: Final = aiohttp.ClientTimeout(total=40.0, sock_connect=5.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    text: str
    document: Any

    @property
    def code(self) -> str:
        return str(self.document.get("code")) if isinstance(self.document, dict) else ""


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests with one credential."""

    session: aiohttp.ClientSession
    url: str
    credential: str
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds that whoever asked had to wait at most for an answer, or in vain."""

    def of(self, credential: str) -> Self:
        """Return the same client with another credential."""
        return replace(self, credential=credential)

    async def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, seen: str | None = None
    ) -> Answer | None:
        """Return the answer, none if the connection broke or nothing came for 40 s; `seen` is a position in the log."""
        headers = {"Authorization": f"Bearer {self.credential}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if seen is not None:
            headers["Log-Position"] = seen
        began = time.monotonic()
        try:
            async with self.session.request(
                method, self.url + path, json=body, headers=headers, timeout=_PATIENCE
            ) as response:
                text = await response.text()
                is_json = response.content_type.endswith("json") and text
                return Answer(response.status, response.headers.copy(), text, json.loads(text) if is_json else None)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None
        finally:
            asked = f"{method} {_IDS.sub('', path)}"
            self.longest[asked] = max(self.longest[asked], time.monotonic() - began)
