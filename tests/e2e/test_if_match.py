"""If-Match: nobody overwrites what somebody else has changed meanwhile."""

import asyncio

import pytest

from tests.e2e.api_client import BULK, Api, Document, path_of


async def a_resource(api: Api, kind: str) -> Document:
    provider = await api.provider()
    return provider if kind == "provider" else await api.model(provider)


@pytest.mark.parametrize("kind", ["provider", "model"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_stale_tag_is_refused_and_the_current_one_taken(api: Api, kind: str, method: str) -> None:
    resource = await a_resource(api, kind)
    path = path_of(resource)
    await api.patch(path, {"name": "Changed by somebody else"})
    body = ... if method == "DELETE" else {"name": "Mine"}
    stale = await api.ask(method, path, body, headers={"If-Match": '"1"'})
    assert (stale.status, stale.document["code"]) == (412, "stale-revision")
    assert (stale.headers["ETag"], stale.document["currentRevision"]) == ('"2"', 2)
    assert (await api.get(path))["name"] == "Changed by somebody else"
    current = await api.ask(method, path, body, headers={"If-Match": '"2"'})
    assert (current.status, current.revision) == (204 if method == "DELETE" else 200, 3)


@pytest.mark.parametrize("condition", ['"2", "1"', '"7", W/"2", "2"', "*"])
async def test_one_of_several_tags_is_enough(api: Api, condition: str) -> None:
    model = await a_resource(api, "model")
    await api.patch(path_of(model), {"name": "Two"})
    assert (await api.patch(path_of(model), {"name": "Three"}, if_match=condition)).status in {200, 412}


async def test_the_newest_revision_alone_is_enough(api: Api) -> None:
    model = await a_resource(api, "model")
    assert (await api.patch(path_of(model), {"name": "Two"}, if_match='"1"')).revision == 2
    assert (await api.patch(path_of(model), {"name": "Three"}, if_match='"1", "2"')).revision == 3
    assert (await api.patch(path_of(model), {"name": "Four"}, if_match="*")).revision == 4


@pytest.mark.parametrize(
    ("condition", "status"), [("1", 400), ('"1', 400), ('W/"1"', 412), ('"one"', 412), ('""', 412)]
)
async def test_what_is_no_tag_of_ours_changes_nothing(api: Api, condition: str, status: int) -> None:
    model = await a_resource(api, "model")
    reply = await api.patch(path_of(model), {"name": "Two"}, if_match=condition)
    assert reply.status == status
    assert (await api.get(path_of(model)))["revision"] == 1


@pytest.mark.parametrize("kind", ["provider", "model"])
async def test_of_writers_at_one_moment_each_wins_or_learns_of_it(api: Api, kind: str) -> None:
    resource = await a_resource(api, kind)
    path = path_of(resource)
    replies = await asyncio.gather(*(api.patch(path, {"name": f"Writer {number}"}) for number in range(12)))
    assert {reply.status for reply in replies} <= {200, 409}
    won = [reply for reply in replies if reply.status == 200]
    assert won
    assert {reply.document["code"] for reply in replies if reply.status == 409} <= {"conflict"}
    # An answer may show what came right after the change that it is for; the place in the log is that change's own.
    assert len({reply.position for reply in won}) == len(won)
    assert all(reply.revision == reply.document["revision"] <= len(won) + 1 for reply in won)
    assert (await api.get(path))["revision"] == len(won) + 1


async def test_writers_of_different_fields_all_win(api: Api) -> None:
    model = await a_resource(api, "model")
    bodies: list[Document] = [
        {"name": "Another"},
        {"contextWindow": 1000},
        {"config": {"topP": 1}},
        {"config": {"weight": 2}},
        {"pricing": {"inputPer1kTokens": 1}},
        {"pricing": {"outputPer1kTokens": 2}},
    ]
    replies = await asyncio.gather(*(api.patch(path_of(model), body) for body in bodies))
    assert [reply.status for reply in replies] == [200] * len(bodies)
    changed = await api.get(path_of(model))
    assert (changed["name"], changed["contextWindow"]) == ("Another", 1000)
    assert changed["config"] == {"topP": 1, "weight": 2}
    assert (changed["pricing"]["inputPer1kTokens"], changed["pricing"]["outputPer1kTokens"]) == (1, 2)


async def test_of_writers_with_one_tag_exactly_one_wins(api: Api) -> None:
    model = await a_resource(api, "model")
    replies = await asyncio.gather(
        *(api.patch(path_of(model), {"name": f"Writer {number}"}, if_match='"1"') for number in range(12))
    )
    assert min(reply.status for reply in replies) == 200
    assert sorted(reply.status for reply in replies) == [200] + [412] * 11
    assert (await api.get(path_of(model)))["revision"] == 2


async def test_of_twins_at_one_moment_one_is_registered(api: Api) -> None:
    provider = await api.provider()
    operation = {"op": "create", "providerId": provider["id"], "modelId": "twin"}
    replies = await asyncio.gather(*(api.post(BULK, {"operations": [operation]}) for _ in range(6)))
    assert min(reply.status for reply in replies) == 200
    assert {reply.status for reply in replies} <= {200, 409, 422}
    assert sum(reply.status == 200 for reply in replies) == 1


async def test_a_provider_does_not_vanish_under_a_model_that_is_being_registered(api: Api) -> None:
    for _ in range(5):
        provider = await api.provider()
        removed, registered = await asyncio.gather(
            api.delete(path_of(provider)),
            api.post("/api/ai/models", {"providerId": provider["id"], "modelId": "m"}),
        )
        assert (removed.status, registered.status) in {(204, 404), (409, 201)}
