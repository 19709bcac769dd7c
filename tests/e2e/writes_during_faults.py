"""Clients that write while the database is ill-treated, and remember what each 503 said about their changes."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

import orjson

from tests.databases import Connection
from tests.e2e.api_client import BULK, MODELS, PROVIDERS, Api, Document, Reply, a_model, a_provider, path_of
from tests.log_contents import events

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What a 503 said, and when, of a change in an organization; a keyed one may have been repeated later."""

    organization_id: UUID
    outcome: str
    command_id: UUID | None
    position: int | None
    is_keyed: bool
    at: datetime


@dataclass(slots=True)
class Storm:
    """Clients that write while the database is ill-treated, and remember every claim."""

    claims: list[Claim] = field(default_factory=list)
    registered: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    is_over: bool = False
    restarts: int = 0

    async def write(self, api: Api, number: int) -> None:
        """Write in ways that change from one to the next until it is over."""
        if api.organization_id is None:
            raise LookupError
        provider = await self._finished(api, PROVIDERS, a_provider())
        model = await self._finished(api, MODELS, self._new_model(api, provider))
        for turn in count(number):
            if self.is_over:
                return
            match turn % 6:
                case 0:
                    model = await self._finished(api, MODELS, self._new_model(api, provider))
                case 1:
                    await self._once(api, "PATCH", path_of(model), {"name": f"Name {uuid4()}"})
                case 2:
                    await self._once(api, "POST", MODELS, a_model(provider))
                case 3:
                    bodies = [{"op": "create", **self._new_model(api, provider)} for _ in range(3)]
                    await self._finished(api, BULK, {"operations": bodies, "atomic": turn % 2 == 0})
                case 4:
                    await self._once(
                        api, "PATCH", path_of(provider), {"apiKey": f"another key {uuid4()}".replace(" ", "-")}
                    )
                case 5:
                    short_lived = await self._finished(api, PROVIDERS, a_provider())
                    await self._finished(api, MODELS, self._new_model(api, short_lived))
                    await self._once(api, "DELETE", f"{path_of(short_lived)}?cascade=true")

    def _new_model(self, api: Api, provider: Document) -> Document:
        body = a_model(provider)
        self.registered[organization_of(api)].append(body["modelId"])
        return body

    async def _finished(self, api: Api, path: str, body: Document) -> Document:
        """Repeat the request with the same Idempotency-Key until it is answered."""
        key = str(uuid4())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                reply = await api.post(path, body, idempotency_key=key)
                if reply.status in {200, 201}:
                    document: Document = reply.document
                    return document
                if reply.status == 409 and reply.document["code"] == "command-in-flight":
                    await asyncio.sleep(0.05)
                    continue
                self._note(api, reply, is_keyed=True)

    async def _once(self, api: Api, method: str, path: str, body: object = ...) -> None:
        reply = await api.ask(method, path, body)
        if reply.status not in {200, 201, 204, 404}:
            self._note(api, reply, is_keyed=False)

    def _note(self, api: Api, reply: Reply, *, is_keyed: bool) -> None:
        assert reply.status == 503, reply.text
        problem = reply.document
        assert int(reply.headers["Retry-After"]) >= 1
        outcome, position = problem["outcome"], problem.get("logPosition")
        assert (position is not None) == (outcome in {"made", "partial"}), reply.text
        assert reply.headers.get("Log-Position") == (None if position is None else str(position))
        assert ("Nothing was changed" in problem["detail"]) == (outcome == "unchanged"), reply.text
        command_id = None if "commandId" not in problem else UUID(problem["commandId"])
        if outcome == "unknown":
            assert problem["code"] == "outcome-unknown"
            assert f"?commandId={command_id}" in problem["detail"], reply.text
        self.claims.append(
            Claim(organization_of(api), outcome, command_id, position, is_keyed=is_keyed, at=datetime.now(UTC))
        )

    def check(self, owner: Connection) -> None:
        """Compare every claim with the log, and each keyed registration with what it made: it is there once."""
        found: dict[tuple[UUID, UUID | None], list[tuple[int, datetime]]] = defaultdict(list)
        for event in events(owner):
            found[event["organization_id"], event["command_id"]].append((event["org_sequence"], event["recorded_at"]))
        for claim in self.claims:
            recorded = found.get((claim.organization_id, claim.command_id), [])
            positions = [position for position, _ in recorded]
            if claim.outcome == "unchanged":
                assert [at for _, at in recorded if at < claim.at or not claim.is_keyed] == [], claim
            elif claim.outcome == "made":
                assert positions != [], claim
                assert claim.position == max(positions), claim
        for organization_id, names in self.registered.items():
            facts = [
                orjson.loads(event["state"])
                for event in events(owner, organization_id)
                if event["topic"] == "model.registered"
            ]
            once = Counter(fact["model_id"] for fact in facts)
            assert {name: once[name] for name in names} == dict.fromkeys(names, 1)


def organization_of(api: Api) -> UUID:
    if api.organization_id is None:
        raise LookupError
    return api.organization_id
