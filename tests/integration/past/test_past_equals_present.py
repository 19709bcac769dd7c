"""What the log tells of now is what the tables hold, and what it tells of a moment is what they held then."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from adapters.event_store import aggregate_snapshots
from adapters.event_store.ledger import Ledger
from adapters.postgres import historical_documents
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.connection_pools import AnyPool, reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.resource_documents import PostgresModelDocuments, PostgresProviderDocuments
from adapters.postgres.tenant_statements import Statement
from adapters.postgres.tenant_statements import Tenant as Reader
from application.errors import ModelNotFound, ProviderNotFound, TooMuchHistory
from application.ports.resource_documents import Document, ModelFilter, PageRequest, ProviderFilter, SortField
from application.queries.resource_as_of import AtRevision, AtTime, Moment, model_as_of, provider_as_of
from tests.builders import a_model, acting
from tests.databases import Database
from tests.integration.projections.random_changes import Step, Tenant, stories

Shown = dict[tuple[UUID, int], bytes]


class Documents:
    """Both ways to show what an organization has."""

    def __init__(self, reader: Reader, rows: Ledger) -> None:
        self.providers = PostgresProviderDocuments(reader)
        self.models = PostgresModelDocuments(reader)
        self.log = PostgresAuditLog(reader)
        self.rows = rows
        self.past = PostgresHistoricalDocuments(reader)

    async def present(self) -> list[bytes]:
        """Return everything there is, as the tables have it."""
        pages = [
            await self.providers.page(ProviderFilter(), PageRequest(limit=200)),
            await self.models.page(ModelFilter(), PageRequest(limit=200)),
        ]
        return [orjson.dumps(document) for page in pages for document in orjson.loads(b"[" + page.joined + b"]")]

    async def in_the_past(self, time: datetime) -> list[bytes]:
        """Return everything there was, as the log has it."""
        pages = [
            await self.past.providers(ProviderFilter(), PageRequest(limit=200), time),
            await self.past.models(ModelFilter(), PageRequest(limit=200), time),
        ]
        return [orjson.dumps(document) for page in pages for document in orjson.loads(b"[" + page.joined + b"]")]

    async def provider(self, provider_id: UUID, moment: Moment) -> Document:
        return await provider_as_of(provider_id, moment, log=self.log, rows=self.rows, past=self.past)

    async def model(self, model_id: UUID, moment: Moment) -> Document:
        return await model_as_of(model_id, moment, log=self.log, rows=self.rows, past=self.past)

    async def one(self, shown: bytes, moment: Moment) -> bytes:
        """Return the same thing at the moment."""
        document = orjson.loads(shown)
        ask = self.model if "providerId" in document else self.provider
        return (await ask(UUID(document["id"]), moment)).json


@pytest.fixture
async def documents(database: Database, ledger: Ledger) -> AsyncIterator[Documents]:
    async with reading_pool(database.app_url) as pool:
        yield Documents(Reader(pool), ledger)


@pytest.fixture(autouse=True)
def frequent_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nearly everything be read from a snapshot and the events after it."""
    monkeypatch.setattr(aggregate_snapshots, "INTERVAL", 2)


def _now() -> datetime:
    return datetime.now(UTC)


def _its_own(shown: bytes) -> dict[str, object]:
    """Return what follows from the thing's own events: a model can be used as long as its provider can."""
    return {name: value for name, value in orjson.loads(shown).items() if name not in ("isUsable", "unusableBecause")}


# Each example lives in an organization of its own.
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories)
async def test_every_moment_is_reported_as_it_was(
    documents: Documents,
    ledger: Ledger,
    story: Sequence[tuple[int, Step]],
) -> None:
    tenant = Tenant(ledger)
    await tenant.begin()
    moments: list[tuple[datetime, list[bytes]]] = []
    with acting(tenant.organization_id):
        for _, step in story:
            await tenant.live(step)
            moments.append((_now(), await documents.present()))
        for time, present in moments:
            assert await documents.in_the_past(time) == present
        for time, present in moments:
            for shown in present:
                revision = orjson.loads(shown)["revision"]
                assert orjson.loads(await documents.one(shown, AtTime(time))) == orjson.loads(shown)
                assert _its_own(await documents.one(shown, AtRevision(revision))) == _its_own(shown)
        assert await documents.in_the_past(_now() + timedelta(days=9000)) == await documents.present()


async def test_what_is_shown_of_now_is_the_same_to_the_byte(documents: Documents, ledger: Ledger) -> None:
    tenant = Tenant(ledger)
    await tenant.begin()
    with acting(tenant.organization_id):
        live = await documents.providers.get(tenant.provider_ids[0])
        assert await documents.provider(tenant.provider_ids[0], AtTime(_now())) == live
        model = await documents.models.get(tenant.model_ids[0])
        assert await documents.model(tenant.model_ids[0], AtRevision(1)) == model


async def test_pages_of_the_past_are_those_of_the_present(
    documents: Documents, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historical_documents, "_BATCH", 3)
    monkeypatch.setattr(historical_documents, "_SORTED_AT_ONCE", 5)
    tenant = Tenant(ledger)
    await tenant.begin()
    models = [
        a_model(provider_id=tenant.provider_ids[0], name=name)
        for name in ("Zeta", "alpha", "Älpha", "alpha", "ß", "Ω", "\uff21LPHA", "\U0001d4b5", "~", "alpha", "Alpha 2")
    ]
    for model in models:
        with acting(tenant.organization_id):
            await tenant.models.save(model)
    await _compare_pages(documents, tenant.organization_id)
    # The next fold goes on from that one.
    models[0].rename("aaa")
    models[1].rename("zzz")
    models[1].rename("mmm")
    models[2].rename("soon gone")
    models[2].remove()
    for model in models[:3]:
        with acting(tenant.organization_id):
            await tenant.models.save(model)
    await _compare_pages(documents, tenant.organization_id)


async def _compare_pages(documents: Documents, organization_id: UUID) -> None:
    now = _now()
    lists: list[tuple[ModelFilter, SortField]] = [
        (ModelFilter(), "name"),
        (ModelFilter(), "createdAt"),
        (ModelFilter(text="alpha"), "name"),
    ]
    with acting(organization_id):
        for filters, sort in lists:
            for descending in (False, True):
                request = PageRequest(limit=3, sort=sort, descending=descending, include_total=True)
                pages = 0
                while True:
                    page = await documents.models.page(filters, request)
                    assert await documents.past.models(filters, request, now) == page
                    pages += 1
                    if page.next_after is None:
                        break
                    request = replace(request, after=page.next_after)
                assert pages > 1
        request = PageRequest(limit=1, include_total=True)
        assert await documents.past.providers(ProviderFilter(), request, now) == await documents.providers.page(
            ProviderFilter(), request
        )


async def test_a_moment_without_it_is_reported_as_such(documents: Documents, ledger: Ledger) -> None:
    tenant = Tenant(ledger)
    before = _now()
    await tenant.begin()
    model_id, provider_id = tenant.model_ids[0], tenant.provider_ids[0]
    with acting(tenant.organization_id):
        await tenant.remove_model(0)
        with pytest.raises(ModelNotFound, match="did not exist then: it was registered at 20"):
            await documents.model(model_id, AtTime(before))
        with pytest.raises(ModelNotFound, match=r"was removed at 20.*; it was last seen at revision 1\."):
            await documents.model(model_id, AtTime(_now()))
        with pytest.raises(ModelNotFound, match="was removed"):
            await documents.model(model_id, AtRevision(2))
        assert orjson.loads((await documents.model(model_id, AtRevision(1))).json)["id"] == str(model_id)
        with pytest.raises(ProviderNotFound, match="is at revision 1; there is no revision 2"):
            await documents.provider(provider_id, AtRevision(2))
        with pytest.raises(ProviderNotFound, match="no such provider"):
            await documents.provider(model_id, AtRevision(1))
    with acting(UUID(int=1)), pytest.raises(ProviderNotFound, match="no such provider"):
        await documents.provider(provider_id, AtRevision(1))


async def test_a_log_too_long_for_a_list_is_refused(database: Database, ledger: Ledger) -> None:
    tenant = Tenant(ledger)
    await tenant.begin()
    async with reading_pool(database.app_url) as pool:
        past = PostgresHistoricalDocuments(Reader(pool), longest_history=1)
        with acting(tenant.organization_id), pytest.raises(TooMuchHistory) as refused:
            await past.models(ModelFilter(), PageRequest(limit=1), _now())
    assert refused.value.pointer == "?asOf"


class Noting(Reader):
    """Notes after which positions events are read."""

    def __init__(self, pool: AnyPool) -> None:
        super().__init__(pool)
        self.after: list[int] = []

    async def rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if "after" in parameters:
            self.after.append(parameters["after"])
        return await super().rows(statement, parameters)


async def test_a_later_list_reads_only_what_has_happened_since_an_earlier_one(
    database: Database, ledger: Ledger
) -> None:
    tenant = Tenant(ledger)
    await tenant.begin()
    async with reading_pool(database.app_url) as pool:
        reader = Noting(pool)
        past = PostgresHistoricalDocuments(reader)
        with acting(tenant.organization_id):
            earlier = _now()
            before = await past.models(ModelFilter(), PageRequest(limit=10), earlier)
            await tenant.remove_model(0)
            after = await past.models(ModelFilter(), PageRequest(limit=10), _now())
            assert await past.models(ModelFilter(), PageRequest(limit=10), earlier) == before
    # Of providers and of models, first all of it, then what came later.
    assert [place > 0 for place in reader.after] == [False, False, True, True]
    assert len(orjson.loads(b"[" + before.joined + b"]")) == len(orjson.loads(b"[" + after.joined + b"]")) + 1
