"""A model is shown as retired from the day of its end, wherever it is read, though no event says so on that day."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.resource_documents import PostgresModelDocuments
from adapters.postgres.tenant_statements import Tenant
from application.ports.resource_documents import ModelFilter, PageRequest
from domain.model.values import Lifecycle
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection, Database

TODAY = datetime.now(UTC)
YESTERDAY, TOMORROW = (TODAY + timedelta(days=days) for days in (-1, 1))


def ends(day: datetime, lifecycle: str | None = "deprecated") -> Lifecycle:
    return Lifecycle(lifecycle=lifecycle, retires_on=day.date().isoformat())


STORIES = {
    "over": (ends(YESTERDAY), "retired"),
    "over today": (ends(TODAY), "retired"),
    "over without a word": (ends(YESTERDAY, None), "retired"),
    "still here": (ends(TOMORROW + timedelta(days=1)), "deprecated"),
    "without an end": (Lifecycle(lifecycle="active"), "active"),
    "not known": (Lifecycle(), None),
}


@pytest.fixture
async def reader(database: Database) -> AsyncIterator[Tenant]:
    async with reading_pool(database.app_url) as pool:
        yield Tenant(pool)


@pytest.fixture
async def registered(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> dict[str, UUID]:
    """Register a model of each story; give their ids by the story's name."""
    provider = a_provider()
    made = [a_model(provider_id=provider.id, name=name, lifecycle=reported) for name, (reported, _) in STORIES.items()]
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save_all(made)
    return {model.name: model.id for model in made}


async def test_lists_and_single_models_tell_the_same(
    reader: Tenant, registered: dict[str, UUID], organization_id: UUID
) -> None:
    live, past = PostgresModelDocuments(reader), PostgresHistoricalDocuments(reader)
    everything = (ModelFilter(), PageRequest(limit=200))
    with acting(organization_id):
        pages = [await live.page(*everything), await past.models(*everything, datetime.now(UTC))]
        alone = [(await live.get(model_id)).json for model_id in registered.values()]
        several = list((await live.get_many(list(registered.values()))).values())
    expected = {name: (stands, reported.retires_on) for name, (reported, stands) in STORIES.items()}
    for shown in (
        *(b"[" + page.joined + b"]" for page in pages),
        *(b"[" + b",".join(each) + b"]" for each in (alone, several)),
    ):
        assert {model["name"]: (model["lifecycle"], model["retiresOn"]) for model in orjson.loads(shown)} == expected


async def test_a_past_day_has_the_models_of_that_day_and_a_day_to_come_those_of_today(
    reader: Tenant, registered: dict[str, UUID], organization_id: UUID, owner: Connection
) -> None:
    past = PostgresHistoricalDocuments(reader)

    async def at(name: str, until: datetime | None) -> str | None:
        [row] = owner.execute("SELECT to_jsonb(m) FROM ai_models m WHERE id = %s", (registered[name],)).fetchone() or ()
        with acting(organization_id):
            stands: str | None = orjson.loads((await past.model(row, None, until)).json)["lifecycle"]
        return stands

    found = {name: [await at(name, until) for until in (YESTERDAY, TODAY, None)] for name in ("over", "over today")}
    assert found == {"over": ["retired"] * 3, "over today": ["deprecated", "retired", "retired"]}
    assert await at("over", YESTERDAY - timedelta(days=1)) == "deprecated"
    assert await at("still here", TODAY + timedelta(days=30)) == "deprecated"
