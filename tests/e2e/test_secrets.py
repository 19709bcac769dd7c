"""A key that was given is seen nowhere again: not in an answer, a table, an event, a log line or a figure.

One process lives through everything that can be done with a key, well and ill; then all it has left is searched.
"""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from aiohttp import ClientSession
from psycopg import sql

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, BULK, MODELS, PROVIDERS, Api, Reply, a_token, path_of
from tests.e2e.capturing_server import capturing
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import owner_url, serving

# What a hint shows of a key, and no more.
TAIL = "wxyz"
PIECE = 10


def a_key() -> str:
    return f"sk-{secrets.token_hex(20)}-{TAIL}"


def forms(key: str) -> Iterator[str]:
    """Yield what gives a key away: every piece of it, and what it looks like encoded."""
    secret = key.removesuffix(TAIL)
    yield from (secret[start : start + PIECE] for start in range(3, len(secret) - PIECE))
    yield base64.b64encode(key.encode()).decode()[:-4]
    yield key.encode().hex()


@dataclass(frozen=True)
class Recording(Api):
    """The API, with a record of every answer: status, headers and body."""

    answers: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: object = ..., **more: Any) -> Reply:  # noqa: ANN401 - as the API's
        reply = await super().ask(method, path, body, **more)
        # A problem names the path that was requested; whoever writes a key there has shown it to themselves.
        self.answers.append(f"{reply.status}\n{dict(reply.headers)}\n{reply.text.replace(path, '')}")
        assert reply.status < 500 or reply.status in {502, 503, 504}, reply.text
        return reply


async def live(api: Recording, endpoint: str, keys: list[str]) -> None:
    """Do with keys what people do with them, one request after the other."""
    provider = (
        await api.ask(
            "POST",
            PROVIDERS,
            {
                "name": "P",
                "providerType": "openai",
                "endpoint": endpoint,
                "apiKey": keys[0],
                "extraHeaders": {"X-Gateway": keys[6]},
            },
            headers={"Idempotency-Key": "k"},
        )
    ).document
    assert provider["apiKey"]["hint"] == f"…{TAIL}"
    path = path_of(provider)
    await api.post(f"{path}/test")
    await api.ask("GET", f"{path}/models")
    await api.patch(path, {"apiKey": keys[1]})
    await api.patch(path, {"extraHeaders": {"X-Gateway": keys[7], "X-Other": None}})
    await api.put(path, {"name": "P", "endpoint": endpoint, "apiKey": keys[2]})
    await api.post(f"{PROVIDERS}/test", {"providerType": "openai", "endpoint": endpoint, "apiKey": keys[3]})
    await api.post(f"{path}/test")
    model = (await api.post(MODELS, {"providerId": provider["id"], "modelId": "chat-latest"})).document
    await api.ask("GET", "/api/ai/models/discover")
    await api.ask("GET", f"{path}/models", query={"refresh": True})
    await api.post(f"{path}/models/import", {"modelIds": "all"})
    for stream in (False, True):
        await api.post("/api/ai/generate", {"modelId": model["id"], "prompt": "Hello", "stream": stream})
        asked = {"model": "chat-latest", "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
        await api.post("/v1/chat/completions", asked)
    for read in (path, f"{path}/history", f"{path}/health", PROVIDERS, MODELS, AUDIT, "/api/ai/audit/export"):
        await api.ask("GET", read)
    for kind in ("providers", "models"):
        await api.ask("GET", f"/api/ai/{kind}", query={"q": keys[4]})
    await api.ask("GET", "/api/docs/openapi.json")


async def stumble(api: Recording, endpoint: str, key: str) -> None:
    """Give a key where it does not belong: each is refused, and none of the refusals repeats it."""
    provider = (await api.ask("GET", PROVIDERS)).document["data"][0]
    path = path_of(provider)
    for body in (
        {"name": "Q", "providerType": "openai", "apiKey": {"value": key}},
        {"name": "Q", "providerType": "openai", "apiKey": f"{key} "},
        {"name": "Q", "providerType": key},
        {"name": "Q", "providerType": "openai", "settings": {"apiKey": key}},
        {"name": "Q", "providerType": "openai", "settings": {"organization": key}},
        {"name": "Q", "providerType": "openai", "endpoint": f"https://x:{key}@api.openai.com"},
        {"name": "Q", "providerType": "openai", "endpoint": f"{endpoint}?key={key}"},
        {"name": "P", "providerType": "openai", "apiKey": key},
        {"name": "Q", "providerType": "openai", "token": key},
        {"name": "Q", "providerType": "openai", "extraHeaders": {key: "v"}},
        {"name": "Q", "providerType": "openai", "extraHeaders": {"Host": key}},
        {"name": "Q", "providerType": "openai", "extraHeaders": {"X-Gateway": f"{key}\r\nHost: x"}},
        {"name": "Q", "providerType": "openai", "extraHeaders": {"X-Gateway": [key]}},
        {"name": "Q", "providerType": "openai", "extraHeaders": key},
    ):
        assert (await api.post(PROVIDERS, body)).status in {409, 422}
    for content in (f'{{"apiKey": "{key}", }}', f'{{"apiKey": "{key}", "apiKey": "x"}}', f'"{key}"'):
        await api.ask("PATCH", path, content=content.encode())
    await api.patch(path, {"endpoint": "https://api.example.com", "token": key})
    await api.patch(path, {"apiKey": key}, if_match='"99"')
    await api.ask("PATCH", f"{PROVIDERS}/{uuid4()}", {"apiKey": key})
    await api.ask("GET", PROVIDERS, query={"apiKey": key})
    await api.ask("GET", f"/api/ai/{key}")
    await api.ask("POST", BULK, {"operations": [{"op": key}]})
    await api.of(Role.VIEWER).ask("POST", PROVIDERS, {"name": "Q", "providerType": "openai", "apiKey": key})
    await replace(api, token=f"{key}.{key}.{key}").ask("GET", PROVIDERS)
    await api.ask("GET", PROVIDERS, headers={"Authorization": f"Basic {key}"})


def stored(url: str) -> Iterator[str]:
    """Yield every value in every table, bytes as text and in hexadecimal."""
    with psycopg.connect(url) as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) > 8
        for (table,) in tables:
            for row in owner.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))):
                for value in row:
                    yield value.decode("latin-1") + value.hex() if isinstance(value, bytes) else str(value)


async def test_a_key_that_was_given_is_seen_nowhere_again(session: ClientSession, data_dirs: DataDirs) -> None:
    keys = [a_key() for _ in range(8)]
    async with capturing(echoes=True) as provider:
        settings = {
            "EGRESS_ALLOW": provider.url.removeprefix("http://"),
            "LOG_LEVEL": "debug",
        }
        with (
            data_dirs.fresh() as data_dir,
            serving("serve", "--port", "0", DATA_DIR=str(data_dir), **settings) as running,
        ):
            api = recording(session, running.ready()["url"], data_dir)
            await live(api, f"{provider.url}/v1", keys)
            await stumble(api, f"{provider.url}/v1", keys[5])
            await api.ask("GET", "/metrics")
            found = {
                "answers": "\n".join(api.answers),
                "tables": "\n".join(stored(owner_url(data_dir))),
                "log": running.errors,
                "Postgres's log": (data_dir / "postgres" / "log").read_text(),
            }
        for key in (keys[0], keys[6], keys[7]):
            assert any(key in request for request in provider.received), "the search would find nothing anyway"
    # What was searched for is a person's own text, and shown to nobody but them.
    for place, text in found.items():
        lowered = text.lower()
        leaked = [form for key in keys for form in forms(key) if form.lower() in lowered]
        assert leaked == [], place
    assert str(api.token) not in found["log"]


def recording(session: ClientSession, url: str, data_dir: Path) -> Recording:
    organization_id, secret = uuid4(), (data_dir / "jwt-secret").read_text().strip()
    return Recording(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)
