"""Lists: filtered, searched, sorted, counted and paged on the server."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import pytest

from tests.e2e.api_client import AUDIT, BULK, MODELS, PROVIDERS, Api, Document, Reply, path_of

SORTS = ("name", "-name", "createdAt", "-createdAt")


async def registered(api: Api, provider: Document, names: Sequence[str]) -> list[Document]:
    """Register a model of each name, all at one moment."""
    operations = [
        {"op": "create", "providerId": provider["id"], "modelId": f"m-{uuid4()}", "name": name} for name in names
    ]
    reply = await api.post(BULK, {"operations": operations})
    assert reply.status == 200, reply.text
    return [result["model"] for result in reply.document["results"]]


async def refusal(api: Api, path: str, **query: object) -> Reply:
    reply = await api.ask("GET", path, query=query)
    assert reply.status >= 400, reply.text
    return reply


async def test_a_list_is_a_page_of_at_most_50_unless_asked_otherwise(api: Api) -> None:
    await registered(api, await api.provider(), [f"name{number:03}" for number in range(60)])
    page = await api.get(MODELS)
    assert len(page["data"]) == 50
    assert page.keys() == {"data", "pagination"}
    cursor = page["pagination"].pop("nextCursor")
    assert page["pagination"] == {"limit": 50, "hasMore": True}
    rest = await api.get(MODELS, cursor=cursor)
    assert rest["pagination"] == {"limit": 50, "hasMore": False, "nextCursor": None}
    assert [row["name"] for row in page["data"] + rest["data"]] == [f"name{number:03}" for number in range(60)]


async def test_an_empty_list_is_a_list(api: Api) -> None:
    for path in (PROVIDERS, MODELS, AUDIT):
        page = await api.get(path, includeTotal=True)
        assert page == {"data": [], "pagination": {"limit": 50, "hasMore": False, "nextCursor": None, "total": 0}}


@pytest.mark.parametrize("limit", [1, 2, 7, 23, 24, 200])
async def test_cursors_walk_every_row_once_whatever_the_order(api: Api, limit: int) -> None:
    models = await registered(api, await api.provider(), [f"name{number % 5}" for number in range(23)])
    for sort in SORTS:
        pages = [page async for page in api.pages(MODELS, sort=sort, limit=limit, includeTotal=True)]
        rows = [row for page in pages for row in page["data"]]
        assert sorted(row["id"] for row in rows) == sorted(model["id"] for model in models)
        values = [row[sort.removeprefix("-")] for row in rows]
        assert values == sorted(values, reverse=sort.startswith("-"))
        assert [len(page["data"]) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert {page["pagination"]["total"] for page in pages} == {23}


async def test_models_are_sorted_by_what_is_known_of_them_and_what_is_not_comes_last(api: Api) -> None:
    providers = [await api.provider(name=name) for name in ("beta", "Alpha")]
    known = [(0.25, 9000), (0, 128000), (0.0000004, 8000), (None, None), (0.03, 64000)]
    for number, (cost, tokens) in enumerate(known):
        facts = {"costPer1kTokens": cost, "contextWindow": tokens, "maxTokens": tokens} if tokens else {}
        await api.model(providers[number % 2], modelId=f"own-{number}", name=str(number), **facts)
    orders = {
        "costPer1kTokens": ["1", "2", "4", "0"],
        "contextWindow": ["2", "0", "4", "1"],
        "maxTokens": ["2", "0", "4", "1"],
        "updatedAt": ["0", "1", "2", "3", "4"],
    }
    now = (await api.rows(AUDIT))[0]["at"]
    for wanted in ({}, {"asOf": now}):

        async def sorted_by(field: str, wanted: dict[str, str] = wanted) -> list[Document]:
            return await api.rows(MODELS, sort=field, limit=2, **wanted)

        for field, names in orders.items():
            unknown = ["3"] if "3" not in names else []
            assert [row["name"] for row in await sorted_by(field)] == names + unknown
            assert [row["name"] for row in await sorted_by(f"-{field}")] == names[::-1] + unknown
        beta, alpha = (provider["id"] for provider in providers)
        assert [row["providerId"] for row in await sorted_by("provider")] == [alpha] * 2 + [beta] * 3
        assert [row["providerId"] for row in await sorted_by("-provider")] == [beta] * 3 + [alpha] * 2


async def test_models_are_sorted_by_when_they_retire_and_those_that_stay_come_last(api: Api) -> None:
    provider = await api.provider(endpoint="https://api.openai.com/v1")
    for model_id in ("own", "gpt-4-turbo", "gpt-4-vision-preview"):
        await api.model(provider, modelId=model_id)
    now = (await api.rows(AUDIT))[0]["at"]
    for wanted in ({}, {"asOf": now}):
        for sort, days in (("retiresOn", ["2024-12-06", "2026-10-23"]), ("-retiresOn", ["2026-10-23", "2024-12-06"])):
            assert [row["retiresOn"] for row in await api.rows(MODELS, sort=sort, limit=1, **wanted)] == [*days, None]


@pytest.mark.parametrize("sort", SORTS)
async def test_writes_in_between_neither_hide_nor_repeat_a_row(api: Api, sort: str) -> None:
    provider = await api.provider()
    kept = await registered(api, provider, [f"name{number}{'x' * (number % 2)}" for number in range(10)])
    gone = await registered(api, provider, [f"name{number}" for number in range(10)])
    seen: list[str] = []
    async for page in api.pages(MODELS, sort=sort, limit=3):
        seen += [row["id"] for row in page["data"]]
        await registered(api, provider, ["name0", "name5", "name9x"])
        if gone:
            await api.delete(path_of(gone.pop()))
        if len(seen) > 60:
            break
    assert len(seen) == len(set(seen))
    assert {model["id"] for model in kept} <= set(seen)


async def test_providers_are_filtered(api: Api) -> None:
    openai = await api.provider(name="one")
    disabled = await api.provider(name="two", isEnabled=False)
    google = await api.provider(name="three", providerType="google", endpoint=...)
    everything = {
        "type=openai": [openai, disabled],
        "type=google": [google],
        "type=nothing": [],
        "enabled=true": [openai, google],
        "enabled=false": [disabled],
        "health=unknown": [openai, disabled, google],
        "health=healthy": [],
        "q=WO": [disabled],
        "q=generativelanguage": [google],
        "type=openai&enabled=true&q=one": [openai],
    }
    for query, expected in everything.items():
        wanted = dict(part.split("=") for part in query.split("&"))
        rows = await api.rows(PROVIDERS, sort="createdAt", **wanted)
        assert [row["id"] for row in rows] == [provider["id"] for provider in expected], query


async def test_models_are_filtered(api: Api) -> None:
    first, second = await api.provider(), await api.provider()
    chat = await api.model(first, modelId="chat-1", name="Chat", type="language", capabilities=["tools", "vision"])
    embedding = await api.model(first, modelId="embed-1", name="Embed", type="embedding", isEnabled=False)
    other = await api.model(second, modelId="chat-2", name="Other", type="language", capabilities=["tools"])
    everything = {
        f"providerId={first['id']}": [chat, embedding],
        f"providerId={uuid4()}": [],
        "type=language": [chat, other],
        "type=rerank": [],
        "capability=tools": [chat, other],
        "capability=vision": [chat],
        "capability=too": [],
        "enabled=false": [embedding],
        "enabled=true": [chat, other],
        "q=CHAT-": [chat, other],
        "q=embed": [embedding],
        f"providerId={first['id']}&type=language&capability=tools&enabled=true&q=1": [chat],
    }
    for query, expected in everything.items():
        wanted = dict(part.split("=") for part in query.split("&"))
        rows = await api.rows(MODELS, sort="createdAt", limit=1, **wanted)
        assert [row["id"] for row in rows] == [model["id"] for model in expected], query


@pytest.mark.parametrize("text", ["%", "_", "\\", "a%b", "100%_\\", "'; DROP TABLE ai_models; --", "ÄÖ", "日本"])
async def test_a_search_takes_the_text_as_it_is(api: Api, text: str) -> None:
    provider = await api.provider(name=f"before {text} after")
    await api.provider(name="axb 100 a0b")
    model = await api.model(provider, name=f"before {text} after")
    await api.model(provider, modelId="axb100", name="axb 100 a0b")
    assert [row["id"] for row in await api.rows(PROVIDERS, q=text)] == [provider["id"]]
    assert [row["id"] for row in await api.rows(MODELS, q=text)] == [model["id"]]
    assert [row["id"] for row in await api.rows(MODELS, q=text.lower(), includeTotal=True)] == [model["id"]]


async def test_the_total_counts_what_the_filter_lets_through(api: Api) -> None:
    provider = await api.provider()
    await registered(api, provider, ["yes"] * 5 + ["no"] * 3)
    page = await api.get(MODELS, q="yes", limit=2, includeTotal=True)
    assert (page["pagination"]["total"], len(page["data"])) == (5, 2)
    assert "total" not in (await api.get(MODELS, q="yes"))["pagination"]
    assert (await api.get(AUDIT, type="model.registered", limit=1, includeTotal=True))["pagination"]["total"] == 8
    assert (await api.get(f"{path_of(provider)}/history", includeTotal=True))["pagination"]["total"] == 1


@pytest.mark.parametrize("path", [PROVIDERS, MODELS])
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "?limit"),
        ({"limit": 201}, "?limit"),
        ({"limit": "ten"}, "?limit"),
        ({"limit": "1.5"}, "?limit"),
        ({"limit": 10**30}, "?limit"),
        ({"sort": "price"}, "?sort"),
        ({"sort": "name; DROP TABLE events"}, "?sort"),
        ({"sort": "--name"}, "?sort"),
        ({"enabled": "yes"}, "?enabled"),
        ({"includeTotal": "1"}, "?includeTotal"),
        ({"q": ""}, "?q"),
        ({"q": "x" * 201}, "?q"),
        ({"q": "\x00"}, "?q"),
        ({"nothing": "x"}, "?nothing"),
        ({"include_total": "true"}, "?include_total"),
        ({"organizationId": "x"}, "?organizationId"),
    ],
)
async def test_a_query_that_means_nothing_is_pointed_at(api: Api, path: str, query: Document, pointer: str) -> None:
    reply = await refusal(api, path, **query)
    assert (reply.status, reply.document["code"], reply.pointers) == (422, "invalid-input", [pointer])


async def test_filters_of_models_take_only_what_there_can_be(api: Api) -> None:
    assert (await refusal(api, MODELS, type="chatty")).pointers == ["?type"]
    assert (await refusal(api, MODELS, providerId="1")).pointers == ["?providerId"]
    assert (await refusal(api, PROVIDERS, health="fine")).pointers == ["?health"]


async def test_a_parameter_is_given_once(api: Api) -> None:
    reply = await api.ask("GET", f"{MODELS}?limit=1&limit=2")
    assert (reply.status, reply.pointers) == (422, ["?limit"])


async def test_the_organization_can_only_be_ones_own(api: Api) -> None:
    await api.provider()
    assert len(await api.rows(PROVIDERS, organizationId=api.organization_id)) == 1
    reply = await refusal(api, PROVIDERS, organizationId=uuid4())
    assert (reply.status, reply.document["code"]) == (403, "not-allowed")


@pytest.mark.parametrize("cursor", ["", "x", "eyJ9", "AAAA", "%00", "x" * 3000, "WyJhIiwiYiIsImMiXQ"])
async def test_a_cursor_is_one_that_was_given(api: Api, cursor: str) -> None:
    for path in (PROVIDERS, MODELS, AUDIT):
        reply = await refusal(api, path, cursor=cursor)
        assert reply.status in {400, 422}
        assert reply.document["code"] in {"invalid-cursor", "invalid-input"}


async def test_a_cursor_is_good_for_its_own_query_only(api: Api) -> None:
    provider = await api.provider()
    await registered(api, provider, ["a", "b", "c", "d"])
    cursor = (await api.get(MODELS, limit=1, sort="name"))["pagination"]["nextCursor"]
    assert [row["name"] for row in (await api.get(MODELS, limit=2, sort="name", cursor=cursor))["data"]] == ["b", "c"]
    for changed in ({"sort": "-name"}, {"sort": "createdAt"}, {"sort": "name", "q": "a"}):
        assert (await refusal(api, MODELS, cursor=cursor, **changed)).document["code"] == "invalid-cursor"
    assert (await refusal(api, AUDIT, cursor=cursor)).document["code"] == "invalid-cursor"


async def test_another_organizations_cursor_shows_ones_own_rows(api: Api) -> None:
    await registered(api, await api.provider(), ["a", "c", "e"])
    cursor = (await api.get(MODELS, limit=2))["pagination"]["nextCursor"]
    other = api.elsewhere()
    await registered(other, await other.provider(), ["b", "d", "f"])
    assert [row["name"] for row in (await other.get(MODELS, cursor=cursor))["data"]] == ["d", "f"]


async def test_times_are_in_utc_and_as_fine_as_the_database_has_them(api: Api) -> None:
    provider = await api.provider()
    assert datetime.fromisoformat(provider["createdAt"]).tzname() == "UTC"
