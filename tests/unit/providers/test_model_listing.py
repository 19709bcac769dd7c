"""Every page of a list, or none of it."""

from __future__ import annotations

import pytest

from adapters.providers import model_listing
from application.ports.outbound_http import OutboundFailure
from application.ports.provider_gateway import UpstreamFailure
from tests.unit.providers.sample_lists import BASE, Prepared, a_connection

ANTHROPIC = a_connection("anthropic")
OPENROUTER = a_connection("openai_compatible", preset="openrouter")


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
    with pytest.raises(UpstreamFailure, match="repeats itself or does not end"):
        await prepared.models(ANTHROPIC)


async def test_a_token_that_comes_back_fails_the_list() -> None:
    prepared = Prepared({"/models?limit=1000": a_page("a"), "/models?limit=1000&after_id=a": a_page("b", last="a")})
    with pytest.raises(UpstreamFailure, match="does not end"):
        await prepared.models(ANTHROPIC)
    assert len(prepared.outbound.requests) == 2


async def test_a_list_of_more_models_than_anybody_has_fails() -> None:
    ids = [f"m{number}" for number in range(model_listing.MOST_MODELS + 1)]
    prepared = Prepared({"/models?limit=1000": a_page(*ids, more=False)})
    with pytest.raises(UpstreamFailure, match="does not end"):
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
    prepared = Prepared({"/models": {"data": [{"id": "a"}, "b", None, {"id": 7}, {"id": "c\0"}, {"id": "d"}]}})
    assert list(await prepared.models(a_connection("openai"))) == ["a", "d"]


async def test_an_empty_list_is_a_list() -> None:
    assert await Prepared({"/models": {"object": "list", "data": []}}).models(a_connection("openai")) == {}
