"""The organization's events, for auditors."""

import asyncio
import csv
import io
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, BULK, Api, Document, Reply, a_model, path_of

FIELDS = {
    "sequence",
    "position",
    "aggregateId",
    "aggregateName",
    "revision",
    "type",
    "actor",
    "actorName",
    "at",
    "commandId",
    "requestId",
    "reason",
    "hash",
    "facts",
}


async def a_story(api: Api) -> tuple[Document, Document]:
    """Let several people do several things; return the provider and the model they did them to."""
    anna, boris = api.of(Role.ADMIN, actor="anna"), api.of(Role.EDITOR, actor="boris")
    provider = await anna.provider(name="One")
    model = await boris.model(provider, name="Two", costPer1kTokens=0.25)
    await asyncio.sleep(0.002)
    await boris.patch(path_of(model), {"name": "Three"})
    await anna.patch(path_of(provider), {"name": "Four", "isEnabled": False})
    await boris.delete(path_of(model))
    return provider, model


async def test_every_event_is_reported_newest_first(api: Api) -> None:
    provider, model = await a_story(api)
    events = await api.of(Role.VIEWER).rows(AUDIT)
    assert all(event.keys() == FIELDS for event in events)
    assert [event["sequence"] for event in events] == [6, 5, 4, 3, 2, 1]
    positions = [event["position"] for event in events]
    assert positions == sorted(positions, reverse=True)
    assert [(event["type"], event["actor"]) for event in events] == [
        ("model.removed", "boris"),
        ("provider.disabled", "anna"),
        ("provider.renamed", "anna"),
        ("model.renamed", "boris"),
        ("model.registered", "boris"),
        ("provider.registered", "anna"),
    ]
    assert [event["aggregateId"] for event in events] == [
        model["id"] if event["type"].startswith("model") else provider["id"] for event in events
    ]
    # What it is called now; of the model, which was removed, what it was called at first.
    assert [event["aggregateName"] for event in events] == ["Two", "Four", "Four", "Two", "Two", "Four"]
    assert events[2]["facts"] == {"name": "Four"}
    assert events[4]["facts"]["input_per_1k"] == "0.25"


async def test_events_are_filtered(api: Api) -> None:
    provider, model = await a_story(api)
    events = await api.rows(AUDIT)
    renamed = events[3]["at"]

    async def sequences(**wanted: object) -> list[int]:
        return [event["sequence"] for event in await api.rows(AUDIT, limit=1, **wanted)]

    assert await sequences(aggregateId=model["id"]) == [6, 3, 2]
    assert await sequences(aggregateId=provider["id"]) == [5, 4, 1]
    assert await sequences(aggregateId=uuid4()) == []
    assert await sequences(name="FOUR") == [5, 4, 1]
    assert await sequences(name="two") == [6, 3, 2]
    assert await sequences(name="two", type="model.renamed") == [3]
    assert await sequences(name="Tw") == []
    assert await sequences(actor="anna") == [5, 4, 1]
    assert await sequences(actor="Anna") == []
    assert await sequences(type="model.renamed") == [3]
    assert await sequences(type="model") == []
    assert await sequences(**{"from": renamed}) == [6, 5, 4, 3]
    assert await sequences(to=renamed) == [2, 1]
    later = datetime.fromisoformat(renamed).astimezone().isoformat()
    assert await sequences(actor="boris", **{"from": later}) == [6, 3]
    soon = (datetime.fromisoformat(events[0]["at"]) + timedelta(microseconds=1)).isoformat()
    assert await sequences(**{"from": soon}) == []


async def test_what_the_filters_let_through_is_saved_as_csv(api: Api) -> None:
    await a_story(api)
    reply = await api.ask("GET", AUDIT, query={"format": "csv", "actor": "anna"})
    assert reply.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [(row["type"], row["aggregateName"], row["position"]) for row in rows] == [
        ("provider.disabled", "Four", "5"),
        ("provider.renamed", "Four", "4"),
        ("provider.registered", "Four", "1"),
    ]
    assert rows[1]["facts"] == '{"name":"Four"}'


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"aggregateId": "7"}, "?aggregateId"),
        ({"from": "yesterday"}, "?from"),
        ({"from": "2026-01-31"}, "?from"),
        ({"from": "2026-01-31T12:00:00"}, "?from"),
        ({"to": "2026-02-30T12:00:00Z"}, "?to"),
        ({"since": "2026-01-31T12:00:00Z"}, "?since"),
        ({"sort": "name"}, "?sort"),
        ({"limit": "0"}, "?limit"),
        ({"actor": ""}, "?actor"),
    ],
)
async def test_a_filter_that_means_nothing_is_pointed_at(api: Api, query: Document, pointer: str) -> None:
    reply = await api.ask("GET", AUDIT, query=query)
    assert (reply.status, reply.pointers) == (422, [pointer])


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_pages_hold_every_event_once_while_more_are_written(api: Api, limit: int) -> None:
    provider = await api.provider()
    operations = [{"op": "create", **a_model(provider)} for _ in range(20)]
    assert (await api.post(BULK, {"operations": operations})).status == 200
    seen: list[int] = []
    async for page in api.pages(AUDIT, limit=limit):
        seen += [event["sequence"] for event in page["data"]]
        await api.model(provider)
    assert seen == list(range(21, 0, -1))


async def test_the_events_of_one_command_are_found_by_its_id(api: Api) -> None:
    provider = await api.provider()
    operations = [{"op": "create", **a_model(provider)} for _ in range(3)]
    assert (await api.post(BULK, {"operations": operations})).status == 200
    newest = (await api.get(AUDIT, limit=1))["data"][0]
    found = await api.rows(AUDIT, commandId=newest["commandId"], limit=2)
    assert [event["sequence"] for event in found] == [4, 3, 2]
    assert {event["commandId"] for event in found} == {newest["commandId"]}
    assert await api.rows(AUDIT, commandId=provider["id"]) == []
    assert await api.elsewhere().rows(AUDIT, commandId=newest["commandId"]) == []


async def test_a_read_is_no_event_and_a_refusal_neither(api: Api) -> None:
    provider = await api.provider()
    refused: list[Reply] = [
        await api.patch(path_of(provider), {"name": ""}),
        await api.patch(path_of(provider), {"name": "Late"}, if_match='"9"'),
        await api.delete(f"{path_of(provider)}x"),
    ]
    assert all(reply.status >= 400 for reply in refused)
    await api.get(path_of(provider))
    assert len(await api.rows(AUDIT)) == 1
