"""Two organizations of one service: one that attacks, one that only wants to work."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from tests.e2e.fairness.http_client import Answer, Connection, request_bytes

MANNERS: Final = ("hangs", "lists-many", "lists-accepted", "answers-large")
"""Of the providers that the attacker runs himself."""

PATIENCE_SECONDS: Final = 60.0
_TOKEN_SECONDS: Final = 6 * 3600
_BULK: Final = 1_000
# More pauses than work, so that it is the other one that keeps the service busy.
_PAUSE_SECONDS: Final = 0.05
_LOOK_SECONDS: Final = 0.005
_PAUSE_BETWEEN_TESTS: Final = 1.0
_PAUSE_BEFORE_THE_NEXT: Final = 1.0


class RequestFailed(AssertionError):
    """The service has answered something else than what its user has a right to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the service is, how its tokens are signed, and the addresses that providers are at."""

    host: str
    port: int
    secret: str = field(repr=False)
    sandbox_endpoint: str
    sandbox_key: str = field(repr=False)
    hostile_url: str


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization with what its people authenticate with."""

    place: Place
    id: UUID = field(default_factory=uuid4)
    tokens: dict[str, str] = field(default_factory=dict)
    """By `viewer`, `editor`, `admin` and `key`."""

    def token(self, who: str) -> str:
        """Return what a role sends; `key` is an access key, once `issue_key` has made it."""
        if who not in self.tokens:
            self.tokens[who] = make_token(
                self.place.secret,
                actor=f"{who}-1",
                issued_at=time.time(),
                lifetime_seconds=_TOKEN_SECONDS,
                organization_id=self.id,
                role=Role[who.upper()],
            )
        return self.tokens[who]

    def request(self, who: str, method: str, path: str, body: object = None, **headers: str) -> bytes:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return request_bytes(method, path, self.token(who), body, named)

    def connection(self) -> Connection:
        return Connection(self.place.host, self.place.port)

    async def made(self, path: str, body: object) -> Any:  # noqa: ANN401 - a document of the API
        """Create something as an administrator and return it."""
        async with self.connection() as connection:
            while True:
                answer = await connection.ask(self.request("admin", "POST", path, body))
                if answer.status != 429:
                    return expected(answer, 200, 201).document
                await asyncio.sleep(float(answer.headers.get("retry-after", "1")))

    async def provider(self, name: str, endpoint: str, key: str) -> str:
        """Register a provider and return its id."""
        body = {"name": name, "providerType": "openai", "endpoint": endpoint, "apiKey": key}
        return str((await self.made("/api/ai/providers", body))["id"])

    async def model(self, provider_id: str, model_id: str) -> str:
        """Register a model and return its id."""
        return str((await self.made("/api/ai/models", {"providerId": provider_id, "modelId": model_id}))["id"])

    async def models(self, provider_id: str, count: int) -> list[str]:
        """Register many models and return their ids."""
        ids: list[str] = []
        for start in range(0, count, _BULK):
            operations = [
                {"op": "create", "providerId": provider_id, "modelId": f"registered-{number:06}", "isEnabled": False}
                for number in range(start, min(start + _BULK, count))
            ]
            done = await self.made("/api/ai/models/bulk", {"operations": operations})
            ids += [result["id"] for result in done["results"]]
        return ids

    async def issue_key(self) -> None:
        """Make an access key that may do all that keys may."""
        key = await self.made("/api/ai/keys", {"name": f"Key {uuid4()}", "scope": "manage"})
        self.tokens["key"] = key["secret"]


def expected(answer: Answer, *statuses: int) -> Answer:
    """Return the answer if it has one of these statuses.

    Raises:
        RequestFailed: it has another.
    """
    if answer.status not in statuses:
        raise RequestFailed(f"{answer.status} {answer.body[:500]!r}")
    return answer


@dataclass(slots=True)
class Times:
    """How long each kind of request took, in seconds, and what failed."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def took(self, what: str, seconds: float) -> None:
        self.seconds.setdefault(what, []).append(seconds)


@dataclass(slots=True)
class Innocent:
    """An organization that lists, writes, runs prompts, streams, tests its provider and follows its events."""

    organization: Organization
    provider_id: str = ""
    model_id: str = ""
    times: Times = field(default_factory=Times)
    _written: dict[int, float] = field(default_factory=dict)
    _early: dict[int, float] = field(default_factory=dict)
    _followed: asyncio.Event = field(default_factory=asyncio.Event)
    _names: int = 0
    _end: float | None = None

    async def settle(self) -> None:
        """Register a provider and some models."""
        organization, place = self.organization, self.organization.place
        self.provider_id = await organization.provider("Sandbox", place.sandbox_endpoint, place.sandbox_key)
        self.model_id = await organization.model(self.provider_id, "chat-latest")
        await organization.models(self.provider_id, 60)
        await organization.issue_key()

    async def work(
        self, *, rounds: int | None = None, seconds: float | None = None, pause: float = _PAUSE_SECONDS
    ) -> Times:
        """Do everything that many times, or for so long, all kinds at the same time, with pauses of so many seconds."""
        self.times, self._followed = Times(), asyncio.Event()
        self._end = None if seconds is None else perf_counter() + seconds
        following = asyncio.create_task(self._follow())
        try:
            await asyncio.wait_for(self._followed.wait(), PATIENCE_SECONDS)
            await asyncio.gather(
                self._again("list", self._list, rounds, pause),
                self._again("write", self._write, rounds, pause),
                self._again("prompt", self._prompt, rounds, pause),
                self._again("stream", self._stream, rounds, pause),
                self._again("test", self._test, None if rounds is None else 1, _PAUSE_BETWEEN_TESTS),
            )
            await self._all_followed()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return self.times

    async def _again(
        self, what: str, act: Callable[[Connection], Awaitable[None]], rounds: int | None, pause: float
    ) -> None:
        done = 0
        async with self.organization.connection() as connection:
            while done != rounds and (self._end is None or perf_counter() < self._end):
                started = perf_counter()
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await act(connection)
                except (RequestFailed, OSError, asyncio.IncompleteReadError) as error:
                    self.times.failures.append(f"{what}: {type(error).__name__} {error}")
                    connection.close()
                else:
                    self.times.took(what, perf_counter() - started)
                done += 1
                if done != rounds:
                    await asyncio.sleep(pause)

    async def _list(self, connection: Connection) -> None:
        answer = await connection.ask(self.organization.request("viewer", "GET", "/api/ai/models?limit=50"))
        if len(expected(answer, 200).document["data"]) != 50:
            raise RequestFailed("the list is not whole")

    async def _write(self, connection: Connection) -> None:
        self._names += 1
        started = perf_counter()
        change = {"name": f"Name {self._names}"}
        answer = await connection.ask(
            self.organization.request("editor", "PATCH", f"/api/ai/models/{self.model_id}", change)
        )
        position = int(expected(answer, 200).headers["log-position"])
        # It may have been heard of before it was answered.
        heard = self._early.pop(position, None)
        if heard is None:
            self._written[position] = started
        else:
            self.times.took("event", heard - started)

    async def _prompt(self, connection: Connection) -> None:
        answer = await connection.ask(self._completion(stream=False))
        if not expected(answer, 200).document["choices"][0]["message"]["content"]:
            raise RequestFailed("no words")

    async def _stream(self, connection: Connection) -> None:
        answer = expected(await connection.ask(self._completion(stream=True)), 200)
        if not answer.body.endswith(b"data: [DONE]\n\n"):
            raise RequestFailed(f"the stream has no end: {answer.body[-200:]!r}")

    def _completion(self, *, stream: bool) -> bytes:
        body = {"model": self.model_id, "messages": [{"role": "user", "content": "Hello there"}], "stream": stream}
        return self.organization.request("key", "POST", "/v1/chat/completions", body)

    async def _test(self, connection: Connection) -> None:
        answer = await connection.ask(
            self.organization.request("editor", "POST", f"/api/ai/providers/{self.provider_id}/test")
        )
        report = expected(answer, 200).document
        if not report["authenticated"]:
            raise RequestFailed(f"the test found {report}")

    async def _follow(self) -> None:
        """Read events, and measure how long after its request each of our own writes comes."""
        async with self.organization.connection() as connection:
            status, reader = await connection.lines(self.organization.request("viewer", "GET", "/api/ai/events"))
            if status != 200:
                self.times.failures.append(f"event: {status}")
            self._followed.set()
            try:
                while line := await reader.readline():
                    if line.startswith(b"data: {"):
                        self._heard(json.loads(line.removeprefix(b"data: ")))
            except (OSError, asyncio.IncompleteReadError) as error:
                self.times.failures.append(f"event: {type(error).__name__}")

    def _heard(self, event: Mapping[str, Any]) -> None:
        heard, position = perf_counter(), event.get("position", 0)
        started = self._written.pop(position, None)
        if started is None:
            self._early[position] = heard
        else:
            self.times.took("event", heard - started)

    async def _all_followed(self) -> None:
        """Wait until every write has been heard of."""
        deadline = perf_counter() + PATIENCE_SECONDS
        while self._written:
            if perf_counter() > deadline:
                self.times.failures.append(f"event: {len(self._written)} never came")
                self._written.clear()
            await asyncio.sleep(_LOOK_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything an attacker does: small for tests, large for measuring."""

    clients: int
    """Connections of each role that repeat requests without a pause."""
    connections: int
    """That are held open: bodies, headers, prompts and tests that hang, followers."""
    body_bytes: int
    models: int
    """That are registered."""


@dataclass(slots=True)
class Attacker:
    """An organization that does one thing more than anybody should."""

    organization: Organization
    size: Size
    providers: dict[str, str] = field(default_factory=dict)
    """Ids by manner."""
    models: dict[str, str] = field(default_factory=dict)
    """Of each of these a model, by manner."""
    registered: list[str] = field(default_factory=list)
    statuses: Counter[int | str] = field(default_factory=Counter)
    """How its requests were answered, or what became of its connections."""
    begun: int = 0
    """Requests that have been begun; those that hang are never answered."""

    async def settle(self) -> None:
        """Register providers and models."""
        organization, place = self.organization, self.organization.place
        await organization.issue_key()
        self.providers["sandbox"] = await organization.provider("Sandbox", place.sandbox_endpoint, place.sandbox_key)
        self.models["sandbox"] = await organization.model(self.providers["sandbox"], "chat-latest")
        for manner in MANNERS:
            endpoint = f"{place.hostile_url}/{manner}/v1"
            self.providers[manner] = await organization.provider(manner, endpoint, f"sk-of-an-attacker-{manner}")
            self.models[manner] = await organization.model(self.providers[manner], f"one-that-{manner}")
        self.registered = await organization.models(self.providers["sandbox"], self.size.models)

    def begin(self) -> None:
        """Begin to count again."""
        self.statuses.clear()
        self.begun = 0

    def note(self, status: int | str) -> None:
        """Count an answer."""
        self.statuses[status] += 1

    async def repeat(self, *requests: Callable[[int], bytes]) -> None:
        """Send each of the requests again and again from some connections, numbered, until this is cancelled."""
        loops = (
            self._repeat(make, number * 1_000_000) for make in requests for number in range(1, self.size.clients + 1)
        )
        await asyncio.gather(*loops)

    async def _repeat(self, make: Callable[[int], bytes], number: int) -> None:
        async with self.organization.connection() as connection:
            while True:
                number += 1
                try:
                    self.note((await connection.ask(make(number))).status)
                    self.begun += 1
                except (OSError, asyncio.IncompleteReadError) as error:
                    self.note(type(error).__name__)

    async def hold(self, act: Callable[[Connection, int], Awaitable[int | str]]) -> None:
        """Do this on many connections at a time, and again wherever it has come to an end."""

        async def held(number: int) -> None:
            while True:
                async with self.organization.connection() as connection:
                    self.begun += 1
                    try:
                        self.note(await act(connection, number))
                    except (OSError, asyncio.IncompleteReadError) as error:
                        self.note(type(error).__name__)
                # Whoever is refused comes back; that a thousand connections come at once is for a proxy to see to.
                await asyncio.sleep(_PAUSE_BEFORE_THE_NEXT)

        await asyncio.gather(*(held(number) for number in range(self.size.connections)))
