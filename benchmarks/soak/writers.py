"""Clients that register, rename and remove, some with Idempotency-Keys, and note what each was told."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks.soak.http_client import Answer, Client
from benchmarks.soak.journal import Change, Journal

PROVIDERS: Final = "/api/ai/providers"
MODELS: Final = "/api/ai/models"
KEYS: Final = "/api/ai/keys"
_PAUSE_SECONDS: Final = 0.15
_AGAIN_SECONDS: Final = 0.3
# So many models are kept; the oldest is removed.
_MOST_MODELS: Final = 300
_IN_BULK: Final = 3
# A revoked key is not accepted for longer than this (application/access_keys/key_cache.py), and a little for the way.
_TRUST_SECONDS: Final = 3.0


@dataclass(slots=True)
class Writer:
    """Writes in one organization."""

    client: Client
    journal: Journal
    organization_id: UUID
    has_to_stop: asyncio.Event
    models: list[str] = field(default_factory=list)

    async def write_on(self) -> None:
        """Write in ways that change from one to the next until it is over."""
        provider_id = await self._provider()
        for turn in count():
            if self.has_to_stop.is_set():
                return
            match turn % 6:
                case 0 | 3:
                    await self._register(provider_id)
                case 1:
                    await self._rename()
                case 2:
                    await self._register_once(provider_id)
                case 4:
                    await self._bulk(provider_id)
                case 5 if turn % 12 == 5:
                    await self._short_life()
                case _:
                    await self._remove_oldest()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def issue_keys(self) -> None:
        """Issue a key, use it, revoke it, and see that it opens nothing any more."""
        while not self.has_to_stop.is_set():
            name = f"key {uuid4()}"
            change = self.journal.change(self.organization_id, "access-key.issued", name)
            issued = await self._once("POST", KEYS, {"name": name}, [change])
            if issued is not None and issued.status == 201:
                await self._revoke(issued.document["id"], issued.document["secret"])
            await asyncio.sleep(1.0)

    async def _revoke(self, key_id: str, secret: str) -> None:
        own = self.client.of(secret)
        used = await own.ask("GET", "/v1/models")
        if used is not None and used.status not in {200, 503}:
            self.journal.fault(f"a new key is not accepted: {used.status} {used.text[:200]}")
        revoked = await self._once(
            "DELETE",
            f"{KEYS}/{key_id}",
            None,
            [self.journal.change(self.organization_id, "access-key.revoked", key_id)],
        )
        if revoked is None or revoked.status != 204:
            return
        await asyncio.sleep(_TRUST_SECONDS)
        used = await own.ask("GET", "/v1/models")
        if used is not None and used.status not in {401, 503}:
            self.journal.fault(f"a revoked key opens: {used.status} {used.text[:200]}")

    async def _provider(self) -> str:
        name = f"provider {uuid4()}"
        change = self.journal.change(self.organization_id, "provider.registered", name)
        body = {"name": name, "providerType": "openai", "endpoint": "https://api.openai.com/v1", "isEnabled": False}
        document = await self._finished(PROVIDERS, body, [change])
        return str(document["id"])

    async def _register(self, provider_id: str) -> None:
        mark = f"model-{uuid4()}"
        change = self.journal.change(self.organization_id, "model.registered", mark)
        document = await self._finished(MODELS, {"providerId": provider_id, "modelId": mark}, [change])
        self.models.append(document["id"])
        await self._read_own(document["id"], "modelId", mark)
        listed = await self.client.ask("GET", f"{MODELS}?q={mark}", seen=str(change.position))
        found = [] if listed is None or listed.status != 200 else [row["modelId"] for row in listed.document["data"]]
        if listed is not None and listed.status != 503 and found != [mark]:
            self.journal.fault(f"a list does not show position {change.position}: {listed.status} {listed.text[:300]}")

    async def _register_once(self, provider_id: str) -> None:
        mark = f"model-{uuid4()}"
        change = self.journal.change(self.organization_id, "model.registered", mark)
        await self._once("POST", MODELS, {"providerId": provider_id, "modelId": mark}, [change])

    async def _bulk(self, provider_id: str) -> None:
        marks = [f"model-{uuid4()}" for _ in range(_IN_BULK)]
        changes = [self.journal.change(self.organization_id, "model.registered", mark) for mark in marks]
        operations = [{"op": "create", "providerId": provider_id, "modelId": mark} for mark in marks]
        document = await self._finished(f"{MODELS}/bulk", {"operations": operations}, changes)
        if document["failed"]:
            self.journal.fault(f"a bulk failed in part: {document}")

    async def _rename(self) -> None:
        if not self.models:
            return
        name = f"name {uuid4()}"
        change = self.journal.change(self.organization_id, "model.renamed", name)
        answer = await self._once("PATCH", f"{MODELS}/{self.models[-1]}", {"name": name}, [change])
        if answer is not None and answer.status == 200:
            await self._read_own(self.models[-1], "name", name)

    async def _remove_oldest(self) -> None:
        if len(self.models) > _MOST_MODELS:
            oldest = self.models.pop(0)
            change = self.journal.change(self.organization_id, "model.removed", oldest)
            await self._once("DELETE", f"{MODELS}/{oldest}", None, [change])

    async def _short_life(self) -> None:
        """Remove a provider with all that it has."""
        provider_id = await self._provider()
        mark = f"model-{uuid4()}"
        change = self.journal.change(self.organization_id, "model.registered", mark)
        model = await self._finished(MODELS, {"providerId": provider_id, "modelId": mark}, [change])
        changes = [
            self.journal.change(self.organization_id, "provider.removed", provider_id),
            self.journal.change(self.organization_id, "model.removed", model["id"]),
        ]
        await self._once("DELETE", f"{PROVIDERS}/{provider_id}?cascade=true", None, changes)

    async def _finished(self, path: str, body: object, changes: list[Change]) -> Any:  # noqa: ANN401 - JSON
        """Repeat the request with the same Idempotency-Key until it is answered, and return what it answered."""
        key = str(uuid4())
        while True:
            answer = await self.client.ask("POST", path, body, key=key)
            if answer is not None and answer.status in {200, 201}:
                self.journal.count("writes", "done")
                self._acknowledge(changes, answer)
                return answer.document
            if answer is not None and answer.status == 503:
                self.journal.claim(self.organization_id, answer, is_keyed=True)
            elif answer is not None and (answer.status, answer.code) != (409, "command-in-flight"):
                self.journal.fault(f"POST {path} with a key: {answer.status} {answer.text[:300]}")
            self.journal.count("writes", "no answer" if answer is None else str(answer.status))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _once(self, method: str, path: str, body: object, changes: list[Change]) -> Answer | None:
        """Send a request that is not repeated: what is not answered may have been done, or not."""
        answer = await self.client.ask(method, path, body)
        self.journal.count("writes", "no answer" if answer is None else _outcome(answer.status))
        if answer is None:
            return None
        if answer.status in {200, 201, 204}:
            self._acknowledge(changes, answer)
        elif answer.status == 503:
            self.journal.claim(self.organization_id, answer, is_keyed=False)
            if answer.document.get("outcome") in {"made", "unchanged"}:
                for change in changes:
                    change.state = "acknowledged" if answer.document["outcome"] == "made" else "refused"
        elif answer.status == 404 or answer.code == "conflict":
            for change in changes:
                change.state = "refused"
            if method == "PATCH":
                self.journal.fault(f"{method} {path}: {answer.status} {answer.text[:300]}")
        else:
            self.journal.fault(f"{method} {path}: {answer.status} {answer.text[:300]}")
        return answer

    def _acknowledge(self, changes: list[Change], answer: Answer) -> None:
        position = answer.headers.get("Log-Position")
        for change in changes:
            change.state = "acknowledged"
            change.position = int(position) if position is not None and len(changes) == 1 else None

    async def _read_own(self, model_id: str, name: str, value: str) -> None:
        """Read what was just written: it must be there, whichever process answers."""
        read = await self.client.ask("GET", f"{MODELS}/{model_id}")
        if read is not None and read.status != 503 and (read.status != 200 or read.document[name] != value):
            self.journal.fault(f"an acknowledged {name} is not read: {read.status} {read.text[:300]}")


def _outcome(status: int) -> str:
    return "done" if status < 300 else str(status)
