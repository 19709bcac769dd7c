"""Clients that write all the time, whatever becomes of the service, and record the answers."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from tests.databases import Connection
from tests.e2e.api_client import BULK, MODELS, PROVIDERS, Api, Document, Reply, a_model, a_provider, path_of
from tests.log_contents import events

_PAUSE_SECONDS = 0.05
# Told to try again: the database is away, or another process may still be at it.
TRANSIENT = frozenset({"command-in-flight", "outcome-unknown", "unavailable"})


@dataclass(slots=True)
class Hammer:
    """Several clients of one organization, each with providers and models of its own."""

    api: Api
    is_stopping: bool = False
    statuses: Counter[int | str] = field(default_factory=Counter)
    registered: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    perhaps_renamed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def moved(self, url: str) -> None:
        """The service is to be found there from now on."""
        self.api = replace(self.api, url=url)

    async def run(self, clients: int) -> None:
        """Write until stopped; every request that must not be lost is repeated until it is answered."""
        await asyncio.gather(*(self._client() for _ in range(clients)))

    async def _client(self) -> None:
        provider = await self._done("POST", PROVIDERS, a_provider())
        models: list[Document] = []
        for number in count():
            if self.is_stopping:
                return
            if number % 3 == 0:
                models.append(await self._create(provider))
            elif number % 3 == 1:
                await self._rename(models[-1])
            else:
                models = await self._bulk(provider, models)

    async def _create(self, provider: Document) -> Document:
        body = a_model(provider)
        self.registered.append(body["modelId"])
        model: Document = await self._done("POST", MODELS, body)
        return model

    async def _rename(self, model: Document) -> None:
        """PATCH has no key: what is not answered may have been done, or not."""
        name = f"Patched {uuid4()}"
        reply = await self._try("PATCH", path_of(model), {"name": name})
        if reply is not None and reply.status == 200:
            self.renamed.append(name)
        else:
            self.perhaps_renamed.append(name)

    async def _bulk(self, provider: Document, models: list[Document]) -> list[Document]:
        """Register some, rename one and remove another, all in one."""
        bodies = [a_model(provider) for _ in range(4)]
        name, last, oldest = f"Named in bulk {uuid4()}", models[-1], models[0]
        operations = [{"op": "create", **body} for body in bodies]
        operations.append({"op": "update", "id": last["id"], "name": name})
        if oldest is not last:
            operations.append({"op": "delete", "id": oldest["id"]})
            self.removed.append(oldest["id"])
        self.registered += [body["modelId"] for body in bodies]
        self.renamed.append(name)
        done = await self._done("POST", BULK, {"operations": operations})
        assert done["failed"] == 0, done
        return [model for model in models if model is not oldest or oldest is last]

    async def _done(self, method: str, path: str, body: Document) -> Any:  # noqa: ANN401 - the document is what it is
        """Send the request, again and again under the same key until it is answered, and return what it answered."""
        key = str(uuid4())
        while True:
            reply = await self._try(method, path, body, key)
            if reply is not None and reply.status in {200, 201}:
                return reply.document
            assert reply is None or reply.document["code"] in TRANSIENT, reply.text
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _try(self, method: str, path: str, body: Document, key: str | None = None) -> Reply | None:
        headers = {} if key is None else {"Idempotency-Key": key}
        try:
            async with asyncio.timeout(30):
                reply = await self.api.ask(method, path, body, headers=headers)
        except (aiohttp.ClientError, OSError) as error:
            self.statuses[type(error).__name__] += 1
            return None
        self.statuses[reply.status] += 1
        assert reply.status < 500 or reply.status == 503, reply.text
        return reply

    def check(self, owner: Connection) -> None:
        """Compare what was answered with the log: nothing lost, nothing twice."""
        log = events(owner, self.api.organization_id)
        facts = [(event, orjson.loads(event["state"])) for event in log]
        registered = [entry["model_id"] for event, entry in facts if event["topic"] == "model.registered"]
        assert sorted(registered) == sorted(self.registered)
        renamed = Counter(entry["name"] for event, entry in facts if event["topic"] == "model.renamed")
        assert set(renamed.values()) <= {1}
        assert set(self.renamed) <= renamed.keys() <= {*self.renamed, *self.perhaps_renamed}
        removed = [str(event["aggregate_id"]) for event in log if event["topic"] == "model.removed"]
        assert sorted(removed) == sorted(self.removed)
