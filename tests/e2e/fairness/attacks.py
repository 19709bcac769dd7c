"""What one organization can do to others who share a service with it: each attack once, for tests and benchmarks."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import uuid4

from application.json_value_count import MOST_CONTAINERS, MOST_VALUES
from tests.e2e.fairness.hostile_provider import MEBIBYTE
from tests.e2e.fairness.http_client import Connection, request_head
from tests.e2e.fairness.neighbours import Attacker

_CHAT: Final = "/v1/chat/completions"
_LARGEST: Final = MEBIBYTE
"""Bytes that routes take which are not for prompts."""
_ROLES: Final = ("viewer", "editor", "admin", "key")
_DRIP_SECONDS: Final = 0.5
_NAMES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Goes on until it is cancelled."""

    name: str
    run: Callable[[Attacker], Coroutine[None, None, None]]


async def many_values(attacker: Attacker) -> None:
    """JSON of millions of empty arrays, in prompts and in all else."""
    await _bodies(attacker, _arrays)


async def accepted_values(attacker: Attacker) -> None:
    """JSON of as many values as are let through."""
    await _bodies(attacker, _accepted)


async def deep_values(attacker: Attacker) -> None:
    """JSON that is nested as deeply as the body is long."""
    await _bodies(attacker, _deep)


async def _bodies(attacker: Attacker, body: Callable[[int], bytes]) -> None:
    ask = attacker.organization.request
    large, small = body(attacker.size.body_bytes), body(_LARGEST)
    requests = [
        ask("editor", "POST", _CHAT, large),
        ask("key", "POST", "/v1/messages", large),
        ask("viewer", "POST", "/api/ai/select", small),
        ask("admin", "POST", "/api/ai/providers", small),
    ]
    await attacker.repeat(*(lambda _, request=request: request for request in requests))


@cache
def _arrays(length: int) -> bytes:
    return b'{"model":"m","messages":[' + b"[]," * ((length - 32) // 3) + b"[]]}"


@cache
def _accepted(length: int) -> bytes:
    objects = min(MOST_CONTAINERS - 100, (length - 64) // 10)
    numbers = min(MOST_VALUES - 2 * MOST_CONTAINERS - 100, max(0, length - 64 - objects * 10) // 2)
    return b'{"model":"m","x":[' + b"1," * numbers + b'1],"messages":[' + b'{"a":"b"},' * objects + b"{}]}"


@cache
def _deep(length: int) -> bytes:
    return b'{"model":"m","messages":' + b"[" * (length // 2 - 32) + b"]" * (length // 2 - 32) + b"}"


async def endless_bodies(attacker: Attacker) -> None:
    """Bodies that come at full speed, and then never end."""
    length, piece = attacker.size.body_bytes, b"x" * 65_536
    head = request_head("POST", _CHAT, attacker.organization.token("editor"), length)

    async def send(connection: Connection, _: int) -> int | str:
        reader, writer = await connection.opened()
        writer.write(head + b'{"model":"m","messages":"')
        for _ in range(length // len(piece) - 1):
            writer.write(piece)
            await writer.drain()
        return _status(await reader.readuntil(b"\r\n"))

    await attacker.hold(send)


async def dripping_headers(attacker: Attacker) -> None:
    """Heads of requests that come a byte at a time."""
    head = request_head("GET", "/api/ai/models", attacker.organization.token("viewer"), 0)

    async def drip(connection: Connection, _: int) -> int | str:
        reader, writer = await connection.opened()
        for byte in head[:-4]:
            writer.write(bytes([byte]))
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRIP_SECONDS):
                    return _status(await reader.readuntil(b"\r\n"))
        return "let through"

    await attacker.hold(drip)


async def hanging_prompts(attacker: Attacker) -> None:
    """Prompts to hosts that never answer."""
    body = {"model": attacker.models["hangs"], "messages": [{"role": "user", "content": "Hello"}]}

    async def prompt(connection: Connection, number: int) -> int | str:
        who = ("key", "editor")[number % 2]
        return (await connection.ask(attacker.organization.request(who, "POST", _CHAT, body))).status

    await attacker.hold(prompt)


async def hanging_tests(attacker: Attacker) -> None:
    """Tests of hosts that never answer, saved and not saved."""
    saved = f"/api/ai/providers/{attacker.providers['hangs']}/test"

    async def test(connection: Connection, number: int) -> int | str:
        if number % 2:
            request = attacker.organization.request("editor", "POST", saved)
        else:
            request = attacker.organization.request("admin", "POST", "/api/ai/providers/test", _unsaved(attacker))
        return (await connection.ask(request)).status

    await attacker.hold(test)


def _unsaved(attacker: Attacker, url: str | None = None) -> Any:  # noqa: ANN401 - a body
    url = f"{attacker.organization.place.hostile_url}/hangs" if url is None else url
    return {"providerType": "openai", "endpoint": f"{url}/v1", "apiKey": "sk-of-an-attacker"}


async def hanging_lookups(attacker: Attacker, domain: str) -> Attack:
    """Return the attack of prompts to and tests of hosts below a domain whose name server never answers."""
    organization, key = attacker.organization, "sk-of-an-attacker"
    models: list[str] = []
    for number in range(_NAMES):
        provider_id = await organization.provider(f"Name {number}", f"https://host-{number}.{domain}/v1", key)
        models.append(await organization.model(provider_id, f"one-behind-name-{number}"))

    async def look_up(connection: Connection, number: int) -> int | str:
        if number % 4:
            body = {"model": models[number % _NAMES], "messages": [{"role": "user", "content": "Hello"}]}
            request = organization.request(("key", "editor")[number % 2], "POST", _CHAT, body)
        else:
            unsaved = _unsaved(attacker, f"https://another-{attacker.begun}.{domain}")
            request = organization.request("admin", "POST", "/api/ai/providers/test", unsaved)
        return (await connection.ask(request)).status

    async def run(attacker: Attacker) -> None:
        await attacker.hold(look_up)

    return Attack(name="hanging look-ups", run=run)


async def long_lists(attacker: Attacker) -> None:
    """Reads of what a provider offers that lists 100,000 models, and of one that answers 16 MiB."""
    paths = [f"/api/ai/providers/{attacker.providers[manner]}/models" for manner in ("lists-many", "answers-large")]
    await _reads(attacker, *(f"{path}?refresh=true" for path in paths), *paths)


async def cached_lists(attacker: Attacker) -> None:
    """Reads of the longest list that is taken, which was fetched long ago."""
    await _reads(attacker, f"/api/ai/providers/{attacker.providers['lists-accepted']}/models")


async def large_answers(attacker: Attacker) -> None:
    """Prompts that a provider answers with 16 MiB."""
    body = {"model": attacker.models["answers-large"], "messages": [{"role": "user", "content": "Hello"}]}
    ask = attacker.organization.request
    await attacker.repeat(*(lambda _, who=who: ask(who, "POST", _CHAT, body) for who in ("editor", "key")))


async def refreshes(attacker: Attacker) -> None:
    """Refreshes and imports where many models are registered."""
    path = f"/api/ai/providers/{attacker.providers['lists-accepted']}/models"
    ask = attacker.organization.request
    await attacker.repeat(
        lambda _: ask("viewer", "GET", "/api/ai/models/discover?refresh=true"),
        lambda _: ask("editor", "POST", f"{path}/import", {"modelIds": "all"}),
        lambda _: ask("key", "GET", "/api/ai/models/discover"),
    )


async def verifications(attacker: Attacker) -> None:
    """Verifications of the log, in a loop."""
    await _reads(attacker, "/api/ai/audit/verify", "/api/ai/audit/verify?full=true")


async def exports(attacker: Attacker) -> None:
    """Exports of the log, in a loop."""
    await _reads(attacker, "/api/ai/audit/export")


async def fresh_keys(attacker: Attacker) -> None:
    """Requests with an Idempotency-Key that was never used before, where much is answered."""
    ask = attacker.organization.request
    prompt = {"modelId": attacker.models["sandbox"], "prompt": "words " * 10_000}
    await attacker.repeat(
        lambda _: ask("viewer", "POST", "/api/ai/select", Idempotency_Key=str(uuid4())),
        lambda _: ask("key", "POST", "/api/ai/generate", prompt, Idempotency_Key=str(uuid4())),
    )


async def followers(attacker: Attacker) -> None:
    """Clients that follow the organization's events."""

    async def follow(connection: Connection, number: int) -> int | str:
        who = _ROLES[number % len(_ROLES)]
        status, reader = await connection.lines(attacker.organization.request(who, "GET", "/api/ai/events"))
        if status == 200:
            attacker.note(status)
            await reader.read()
        return status

    await attacker.hold(follow)


async def bulks(attacker: Attacker) -> None:
    """Changes of 1,000 models at a time."""
    ask, chosen = attacker.organization.request, attacker.registered[:1_000]

    def renamed(number: int) -> bytes:
        operations = [{"op": "update", "id": model_id, "name": f"Name {number}"} for model_id in chosen]
        return ask("editor", "POST", "/api/ai/models/bulk", {"atomic": False, "operations": operations})

    await attacker.repeat(renamed)


async def writes(attacker: Attacker) -> None:
    """Changes at full speed."""
    ask, model = attacker.organization.request, f"/api/ai/models/{attacker.models['sandbox']}"

    def renamed(who: str) -> Callable[[int], bytes]:
        return lambda number: ask(who, "PATCH", model, {"name": f"Name {number}"})

    await attacker.repeat(renamed("editor"), renamed("admin"), renamed("key"))


async def lists(attacker: Attacker) -> None:
    """The longest pages with the total, at full speed."""
    await _reads(attacker, "/api/ai/models?limit=200&includeTotal=true")


async def lists_of_the_past(attacker: Attacker) -> None:
    """Lists as of just now, where there is always another event since the one before."""
    ask, model = attacker.organization.request, f"/api/ai/models/{attacker.models['sandbox']}"

    def past(number: int) -> bytes:
        moment = (datetime.now(UTC) - timedelta(milliseconds=5)).isoformat().replace("+00:00", "Z")
        return ask(_ROLES[number % len(_ROLES)], "GET", f"/api/ai/models?limit=200&includeTotal=true&asOf={moment}")

    await attacker.repeat(past, lambda number: ask("editor", "PATCH", model, {"name": f"Name {number}"}))


async def searches(attacker: Attacker) -> None:
    """Searches for wild cards, and for what every row has and no row has."""
    await _reads(
        attacker,
        "/api/ai/models?limit=200&includeTotal=true&q=" + "%25_" * 60,
        "/api/ai/models?limit=200&includeTotal=true&q=e",
        "/api/ai/models?includeTotal=true&q=nowhere-to-be-found&usable=true",
    )


async def request_log_searches(attacker: Attacker) -> None:
    """Searches in the request log, and the whole of it as CSV, in a loop."""
    await _reads(
        attacker,
        "/api/ai/requests?limit=200&includeTotal=true",
        "/api/ai/requests?actor=nobody&includeTotal=true",
        "/api/ai/requests?label=team:nobody",
        "/api/ai/requests?format=csv",
        "/api/ai/usage?groupBy=model,actor,key,hour",
    )


async def audits(attacker: Attacker) -> None:
    """Searches in the log of events, in a loop."""
    await _reads(
        attacker,
        "/api/ai/audit?limit=200&includeTotal=true",
        "/api/ai/audit?actor=nobody&includeTotal=true",
        f"/api/ai/models/{attacker.models['sandbox']}/history?limit=200&includeTotal=true",
    )


async def _reads(attacker: Attacker, *paths: str) -> None:
    """Read each of the paths in a loop, from every role in turn."""
    ask = attacker.organization.request

    def read(path: str) -> Callable[[int], bytes]:
        return lambda number: ask(_ROLES[number % len(_ROLES)], "GET", path)

    await attacker.repeat(*map(read, paths))


def _status(line: bytes) -> int:
    return int(line.split(b" ")[1])


ATTACKS: Final = tuple(
    Attack(name=run.__name__.replace("_", " "), run=run)
    for run in (
        many_values,
        accepted_values,
        deep_values,
        endless_bodies,
        dripping_headers,
        hanging_prompts,
        hanging_tests,
        long_lists,
        cached_lists,
        large_answers,
        refreshes,
        verifications,
        exports,
        fresh_keys,
        followers,
        bulks,
        writes,
        lists,
        lists_of_the_past,
        searches,
        request_log_searches,
        audits,
    )
)
"""All there are."""
