"""Names are equal, in order and found by one key, whatever the locale of the database is."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

import orjson
import pytest
from psycopg_pool import ConnectionPool

from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedAccessKeys, EventSourcedModels, EventSourcedProviders
from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.postgres.access_keys import PostgresAccessKeyDocuments
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.migrations import migrate
from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.resource_documents import PostgresModelDocuments, PostgresProviderDocuments
from adapters.postgres.tenant_statements import Tenant
from adapters.projections.projections import PostgresProjections
from application.access_keys.access_keys import AccessKeyFilter
from application.errors import ProviderNameTaken
from application.ports.resource_documents import ModelFilter, Page, PageRequest, ProviderFilter
from application.prompts.selection_candidates import ModelByAnyName
from tests.builders import a_model, a_provider, acting, an_access_key
from tests.databases import Database, Databases
from tests.integration.rebuilding.admin_use_cases import assert_as_the_log

IN_ORDER = [
    "a",
    "Apfel",
    "\u00c4pfel",
    "Ol",
    "\u00d6l",
    "Ola",
    "Stra\u00dfe",
    "Stra\u00dfen",
    "Z",
    "\u03bf\u03b4\u03bf\u03c2",
    "\u65e5\u672c",
    "\U0001f469\U0001f4bb",
    "\U0001f469\u200d\U0001f4bb",
]


class Listing(Protocol):
    """A list of one kind of thing."""

    def __call__(self, request: PageRequest, text: str | None = None, /) -> Awaitable[Page]: ...


class Names:
    """An organization, with a provider, a model and an access key of each name."""

    def __init__(self, ledger: Ledger, tenant: Tenant) -> None:
        self.organization_id = uuid4()
        self.providers = EventSourcedProviders(ledger)
        self.models = EventSourcedModels(ledger)
        self.keys = EventSourcedAccessKeys(ledger)
        self.past = PostgresHistoricalDocuments(tenant)
        self.reader = PostgresCandidateReader(tenant)
        self.tenant = tenant

    async def fill(self) -> None:
        provider_id = UUID(int=0)
        for name in reversed(IN_ORDER):
            provider = a_provider(name=name)
            provider_id = provider.id
            with acting(self.organization_id):
                await self.providers.save(provider)
            with acting(self.organization_id):
                await self.keys.save(an_access_key(name=name))
        for name in IN_ORDER[::2] + IN_ORDER[1::2]:
            with acting(self.organization_id):
                await self.models.save(a_model(provider_id=provider_id, name=name, model_id=f"of {name}"))

    @property
    def lists(self) -> dict[str, Listing]:
        providers = PostgresProviderDocuments(self.tenant)
        models = PostgresModelDocuments(self.tenant)
        keys = PostgresAccessKeyDocuments(self.tenant)
        now = datetime.now(UTC)
        return {
            "providers": lambda request, text=None: providers.page(ProviderFilter(text=text), request),
            "models": lambda request, text=None: models.page(ModelFilter(text=text), request),
            "keys": lambda request, text=None: keys.page(AccessKeyFilter(text=text), request),
            "providers then": lambda request, text=None: self.past.providers(ProviderFilter(text=text), request, now),
            "models then": lambda request, text=None: self.past.models(ModelFilter(text=text), request, now),
        }


async def walked(page_of: Listing, *, descending: bool) -> list[str]:
    names: list[str] = []
    after = None
    while True:
        page = await page_of(PageRequest(limit=2, sort="name", descending=descending, after=after))
        names += names_of(page)
        after = page.next_after
        if after is None:
            return names


def names_of(page: Page) -> list[str]:
    documents: list[dict[str, Any]] = orjson.loads(b"[" + page.joined + b"]")
    return [document["name"] for document in documents]


@pytest.fixture(scope="module", params=["C", "C.UTF-8"])
def database(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database of this locale, in which each test has an organization of its own."""
    made = databases.empty(locale=request.param)
    migrate(made.owner_url)
    yield made
    databases.drop(made)


@pytest.fixture
async def names(database: Database) -> AsyncIterator[Names]:
    with ConnectionPool(database.app_url, min_size=1, kwargs={"autocommit": True}) as pool:
        ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=projected))
        async with reading_pool(database.app_url, size=1) as reading:
            names = Names(ledger, Tenant(reading))
            await names.fill()
            yield names
        ledger.close()


async def test_lists_are_in_the_order_of_the_keys(names: Names, database: Database) -> None:
    with acting(names.organization_id):
        for name, page_of in names.lists.items():
            assert await walked(page_of, descending=False) == IN_ORDER, name
            assert await walked(page_of, descending=True) == IN_ORDER[::-1], name
            for sought, found in {"\u00e4PF": ["\u00c4pfel"], "apf": IN_ORDER[1:3], "SSE": IN_ORDER[6:8]}.items():
                assert names_of(await page_of(PageRequest(limit=200), sought)) == found, (name, sought)
    await assert_as_the_log(PostgresProjections(database.admin_url, wrong_snapshots=wrong_snapshots))


async def test_a_provider_has_its_name_alone(names: Names) -> None:
    for taken in ("STRASSE", "\u00e4pfel", "A\u0308PFEL", "\u039f\u0394\u039f\u03a3"):
        with pytest.raises(ProviderNameTaken), acting(names.organization_id):
            await names.providers.save(a_provider(name=taken))
    with acting(names.organization_id):
        await names.providers.save(a_provider(name="Strase"))


async def test_prompts_find_models_by_their_names_in_the_same_order(names: Names) -> None:
    with acting(names.organization_id):
        called: list[str] = []
        after = None
        while True:
            page = await names.reader.callable(["language"], after=after, limit=2)
            called += [name for name, _ in page.names]
            if not page.has_more:
                break
            after = called[-1]
        assert [name for name in called if not name.startswith("of ")] == IN_ORDER
        assert [name.removeprefix("of ") for name in called if name.startswith("of ")] == IN_ORDER
        for spelled in ("STRASSE", "Strasse", "stra\u00dfe"):
            found = await names.reader.named(ModelByAnyName(spelled))
            assert [model.name for model in found.models] == ["Stra\u00dfe"]
