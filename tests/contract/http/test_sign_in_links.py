"""Links that sign in to the demonstration."""

import pytest

from entrypoints.demo.sign_in_links import LIFETIME_SECONDS, PATH, SignInLinks
from entrypoints.http.routes import routes_of
from tests.http_service import Reply, Service, serving


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _code(link: str) -> str:
    return link.rsplit("/", maxsplit=1)[-1]


async def _redeemed(service: Service, body: object) -> Reply:
    return await service.ask("POST", PATH, json=body)


async def test_a_code_is_exchanged_for_a_token_once() -> None:
    links = SignInLinks(lambda: "a token")
    code = _code(links.new_link("http://modelbook.example"))
    async with serving(routes_of(links)) as service:
        first = await _redeemed(service, {"code": code})
        assert (first.status, first.document) == (200, {"token": "a token"})
        assert first.headers["Cache-Control"] == "no-store"
        second = await _redeemed(service, {"code": code})
    assert (second.status, second.document["code"]) == (401, "not-authenticated")


async def test_each_link_has_a_code_of_its_own_in_the_fragment() -> None:
    links = SignInLinks(lambda: "a token")
    one, other = (links.new_link("http://modelbook.example") for _ in range(2))
    assert one.startswith("http://modelbook.example/#/sign-in/")
    assert len(_code(one)) >= 43
    async with serving(routes_of(links)) as service:
        assert [(await _redeemed(service, {"code": _code(link)})).status for link in (other, one)] == [200, 200]


@pytest.mark.parametrize(("after", "status"), [(LIFETIME_SECONDS - 1, 200), (LIFETIME_SECONDS + 1, 401)])
async def test_a_link_is_good_for_minutes(after: float, status: int) -> None:
    clock = Clock()
    links = SignInLinks(lambda: "a token", clock=clock)
    code = _code(links.new_link("http://modelbook.example"))
    clock.seconds = after
    async with serving(routes_of(links)) as service:
        assert (await _redeemed(service, {"code": code})).status == status


@pytest.mark.parametrize(
    ("body", "status"), [({"code": "another"}, 401), ({}, 422), ({"code": 1}, 422), ({"code": "", "token": "x"}, 422)]
)
async def test_nothing_else_is_taken(body: object, status: int) -> None:
    links = SignInLinks(lambda: "a token")
    links.new_link("http://modelbook.example")
    async with serving(routes_of(links)) as service:
        assert (await _redeemed(service, body)).status == status
