"""Every page of a list, or none of it."""

import pytest

from adapters.providers import model_listing
from application.ports.outbound_http import OutboundFailure
from application.ports.provider_gateway import UpstreamFailure
from tests.unit.providers.sample_lists import BASE, Prepared, a_connection

ANTHROPIC = a_connection("anthropic")
OPENROUTER = a_connection("openai_compatible", preset="openrouter")
ANY_SERVER = a_connection("openai_compatible")


def a_page(*ids: str, more: bool = True, last: object = ...) -> dict[str, object]:
    last_id = (ids[-1] if ids else None) if last is ... else last
    return {"data": [{"id": each} for each in ids], "has_more": more, "last_id": last_id}


async def test_all_pages_are_walked_in_order() -> None:
    prepared = Prepared(
        {
            "/models?limit=1000": a_page("a", "b"),
            "/models?limit=1000&after_id=b": a_page("c"),
            "/models?limit=1000&after_id=c": a_page("d", more=False),
        }
    )
    assert list(await prepared.models(ANTHROPIC)) == ["a", "b", "c", "d"]


async def test_a_model_that_moved_to_the_next_page_meanwhile_is_listed_once() -> None:
    prepared = Prepared(
        {"/models?limit=1000": a_page("a", "b"), "/models?limit=1000&after_id=b": a_page("b", "c", more=False)}
    )
    assert list(await prepared.models(ANTHROPIC)) == ["a", "b", "c"]


async def test_a_page_that_fails_fails_the_list() -> None:
    prepared = Prepared({"/models?limit=1000": a_page("a")})
    prepared.answers("/models?limit=1000&after_id=a", {"error": {"type": "api_error", "message": "no"}}, status=500)
    with pytest.raises(UpstreamFailure) as error:
        await prepared.models(ANTHROPIC)
    assert (error.value.failure.category, error.value.failure.http_status, error.value.failure.is_retryable) == (
        "provider_error",
        500,
        True,
    )


async def test_a_page_that_never_comes_fails_the_list() -> None:
    prepared = Prepared({"/models?limit=1000": a_page("a")})
    silence = OutboundFailure("timeout", "No answer.")
    prepared.outbound.fail("GET", f"{BASE}/models?limit=1000&after_id=a", silence)
    with pytest.raises(UpstreamFailure) as error:
        await prepared.models(ANTHROPIC)
    assert (error.value.failure.category, error.value.failure.is_retryable) == ("timeout", True)


@pytest.mark.parametrize("last", [None, "", 7, "x" * 2_001])
async def test_more_without_saying_where_fails_the_list(last: object) -> None:
    prepared = Prepared({"/models?limit=1000": a_page("a", last=last)})
    with pytest.raises(UpstreamFailure, match="repeats itself, does not end"):
        await prepared.models(ANTHROPIC)


async def test_a_token_that_comes_back_fails_the_list() -> None:
    prepared = Prepared({"/models?limit=1000": a_page("a"), "/models?limit=1000&after_id=a": a_page("b", last="a")})
    with pytest.raises(UpstreamFailure, match="does not end"):
        await prepared.models(ANTHROPIC)
    assert len(prepared.outbound.requests) == 2


async def test_a_list_of_more_models_than_anybody_has_fails() -> None:
    ids = [f"m{number}" for number in range(model_listing.MOST_MODELS + 1)]
    prepared = Prepared({"/models?limit=1000": a_page(*ids, more=False)})
    with pytest.raises(UpstreamFailure, match="longer than 20,000 models"):
        await prepared.models(ANTHROPIC)


async def test_a_token_is_encoded() -> None:
    prepared = Prepared(
        {
            "/models?pageSize=1000": {"models": [{"name": "models/a"}], "nextPageToken": "a b&c=/+%"},
            "/models?pageSize=1000&pageToken=a%20b%26c%3D%2F%2B%25": {"models": [{"name": "models/b"}]},
        },
        base="https://provider.example/v1beta",
    )
    assert list(await prepared.models(a_connection("google", base=prepared.base))) == ["a", "b"]


async def test_an_empty_page_of_google_has_no_list_at_all() -> None:
    prepared = Prepared({"/models?pageSize=1000": {}}, base="https://provider.example/v1beta")
    assert await prepared.models(a_connection("google", base=prepared.base)) == {}


async def test_of_a_link_to_the_next_page_only_the_query_is_followed() -> None:
    prepared = Prepared(
        {
            "/models?output_modalities=all": {
                "data": [{"id": "a"}],
                "links": {"next": "https://elsewhere.example/steal?offset=1&key=x"},
            },
            "/models?offset=1&key=x": {"data": [{"id": "b"}], "links": {"next": None}},
            "/embeddings/models": {"data": []},
        }
    )
    assert list(await prepared.models(OPENROUTER)) == ["a", "b"]
    assert {request.url.split("/")[2] for request in prepared.outbound.requests} == {"provider.example"}


@pytest.mark.parametrize(
    "document",
    [
        {"data": "none"},
        {"data": {"id": "a"}},
        {"models": 1},
        ["a", "b"],
        {"data": ["a", "b"]},
        {"data": [{"x": 1}]},
        [{"x": 1}],
        7,
        None,
    ],
)
async def test_what_is_no_list_of_models_is_refused(document: object) -> None:
    prepared = Prepared({"/models": document})
    with pytest.raises(UpstreamFailure) as error:
        await prepared.models(a_connection("openai"))
    assert error.value.failure.category == "unexpected_body"


async def test_what_is_no_model_in_a_list_of_models_is_left_out() -> None:
    prepared = Prepared(
        {"/models": {"data": [{"id": "a"}, "b", None, {"id": 7}, {"id": "c\0"}, {"id": " "}, {"id": "d"}]}}
    )
    assert list(await prepared.models(a_connection("openai"))) == ["a", "d"]


async def test_an_empty_list_is_a_list() -> None:
    assert await Prepared({"/models": {"object": "list", "data": []}}).models(a_connection("openai")) == {}


A, B = {"id": "a"}, {"id": "b"}
PAGES: dict[str, tuple[object, str]] = {
    "OpenAI": ({"object": "list", "data": [A], "has_more": True, "first_id": "a", "last_id": "a"}, "after=a"),
    "OpenAI without ids": ({"object": "list", "data": [A], "has_more": True}, "after=a"),
    "Anthropic": ({"data": [A], "has_more": True, "first_id": "a", "last_id": "a"}, "after_id=a"),
    "Google": ({"models": [A], "nextPageToken": "t+/="}, "pageToken=t%2B%2F%3D"),
    "token": ({"data": [A], "next_page_token": "t 1"}, "page_token=t%201"),
    "cursor": ({"data": [A], "pagination": {"nextCursor": "c"}}, "cursor=c"),
    "GraphQL": ({"data": [A], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}, "after=c"),
    "link": ({"data": [A], "next": "https://elsewhere.example/v1/models?page=2&x="}, "page=2&x="),
    "HAL": ({"data": [A], "_links": {"next": {"href": "/models?offset=1"}}}, "offset=1"),
    "Azure": ({"data": [A], "@odata.nextLink": f"{BASE}/models?$skip=1"}, "%24skip=1"),
    "next page": ({"data": [A], "next_page": 2}, "page=2"),
    "pages": ({"data": [A], "page": 1, "total_pages": 2}, "page=2"),
    "page and total": ({"data": [A], "result_info": {"page": 1, "per_page": 1, "total_count": 2}}, "page=2"),
    "offset": ({"data": [A], "offset": 0, "limit": 1, "total": 2}, "offset=1"),
    "total": ({"data": [A], "total": 2}, "offset=1"),
}


@pytest.mark.parametrize("way", PAGES)
async def test_a_list_is_walked_in_the_way_it_continues(way: str) -> None:
    first, query = PAGES[way]
    prepared = Prepared({"/models": first, f"/models?{query}": {"data": [B], "total": 2}})
    assert list(await prepared.models(ANY_SERVER)) == ["a", "b"]


async def test_a_link_in_a_header_is_followed_from_a_bare_array() -> None:
    prepared = Prepared({})
    link = '</models?page=1>; rel="prev", <https://elsewhere.example/models?page=3>; title="x"; rel="next"'
    prepared.answers("/models", [A], headers={"Link": link})
    prepared.answers("/models?page=3", [B])
    assert list(await prepared.models(ANY_SERVER)) == ["a", "b"]


@pytest.mark.parametrize(
    "end",
    [
        {"has_more": False, "last_id": "a", "total": 7},
        {"next": None, "nextPageToken": "", "next_page": False},
        {"links": {"next": None}, "meta": {"total": 1}},
        {"total": 0, "page": {"size": 1}, "pages": [1, 2]},
        {"page": 1, "total_pages": 1, "total": 7},
    ],
)
async def test_a_list_ends_where_it_says_so(end: dict[str, object]) -> None:
    prepared = Prepared({"/models": {"data": [A], **end}})
    assert list(await prepared.models(ANY_SERVER)) == ["a"]


@pytest.mark.parametrize(
    "more",
    [
        {"total": 2},
        {"has_more": True},
        {"has_more": "yes", "last_id": None},
        {"next": "https://elsewhere.example/v1/models/page/2"},
        {"next": True},
        {"next_cursor": {"at": 1}},
        {"next": "?page=2"},
        {"page": 1, "total_pages": 9},
    ],
)
@pytest.mark.parametrize("type_", ["openai_compatible", "openai"])
async def test_a_server_that_ignores_what_it_said_itself_has_no_list(type_: str, more: dict[str, object]) -> None:
    """Whatever is requested, its first page comes again."""
    prepared = Prepared({})
    for query in ("", "?offset=1", "?after=a", "?page=2"):
        prepared.answers(f"/models{query}", {"data": [A], **more})
    with pytest.raises(UpstreamFailure, match="does not end, or does not name its next page"):
        await prepared.models(a_connection(type_))


async def test_a_page_of_too_many_objects_is_too_long() -> None:
    prepared = Prepared({"/models": {"data": [{"id": f"m{number}"} for number in range(100_001)]}})
    with pytest.raises(UpstreamFailure, match="100,000 objects a page"):
        await prepared.models(ANY_SERVER)
    assert "100,000 objects a page" in (await prepared.probe(ANY_SERVER)).outcome.message


async def test_a_test_of_the_connection_does_not_count_a_first_page_as_all() -> None:
    prepared = Prepared({"/models": {"data": [A], "has_more": True, "last_id": "a"}})
    assert (await prepared.probe(ANY_SERVER)).outcome.model_count is None
    prepared = Prepared({"/models": {"data": [A], "has_more": False}})
    assert (await prepared.probe(ANY_SERVER)).outcome.model_count == 1


async def test_the_pages_of_a_list_are_not_larger_than_a_list_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_listing, "MOST_BYTES", 100)
    prepared = Prepared({"/models": {"data": [{"id": "a", "about": "x" * 100}], "next": "?page=2"}})
    with pytest.raises(UpstreamFailure, match="longer than 20,000 models"):
        await prepared.models(ANY_SERVER)


@pytest.mark.parametrize(
    "model_id",
    [
        "Go reasoning",
        "C:\\models\\my model.gguf",
        "meta-llama/Llama-3.3-70B:free",
        "100%25 new",
        "a?b#c&d=e",
        "\u6a21\u578b",
        "m\u00fcller\u00a07b",
        "\U0001f469\u200d\U0001f4bb",
        "x" * 256,
    ],
)
async def test_the_id_of_a_model_is_what_its_provider_writes(model_id: str) -> None:
    for type_ in ("openai", "openai_compatible"):
        prepared = Prepared({"/models": {"data": [{"id": model_id}]}})
        assert list(await prepared.models(a_connection(type_))) == [model_id]
