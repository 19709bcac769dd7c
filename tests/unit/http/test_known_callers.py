"""Whose a request is before anybody is verified is a guess by its credentials."""

from uuid import UUID

import pytest
from aiohttp.test_utils import make_mocked_request

from entrypoints.http import known_callers
from entrypoints.http.known_callers import KnownCallers

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key"])
def test_a_request_with_the_same_credentials_is_guessed_to_be_of_the_same_organization(header: str) -> None:
    known = KnownCallers()
    request = make_mocked_request("GET", "/", headers={header: "one"})
    assert known.organization(request) is None
    known.remember(request, ONE)
    known.remember(make_mocked_request("GET", "/", headers={header: "other"}), OTHER)
    assert known.organization(make_mocked_request("POST", "/elsewhere", headers={header: "one"})) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={header: "another"})) is None
    assert known.organization(make_mocked_request("GET", "/")) is None


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key"])
def test_cookies_beside_a_key_make_no_other_caller_of_it(header: str) -> None:
    known = KnownCallers()
    known.remember(make_mocked_request("GET", "/", headers={header: "one", "Cookie": "affinity=1"}), ONE)
    assert known.organization(make_mocked_request("GET", "/", headers={header: "one", "Cookie": "affinity=2"})) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={header: "one"})) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={"Cookie": "affinity=1"})) is None


@pytest.mark.parametrize("name", ["__Host-modelbook-session", "modelbook-8080-session"])
def test_of_cookies_the_session_counts(name: str) -> None:
    known = KnownCallers()
    known.remember(make_mocked_request("GET", "/", headers={"Cookie": f"affinity=1; {name}=one"}), ONE)
    assert known.organization(make_mocked_request("GET", "/", headers={"Cookie": f"{name}=one; affinity=2"})) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={"Cookie": f"affinity=2;{name}=one"})) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={"Cookie": f"{name}=two; affinity=1"})) is None


@pytest.mark.parametrize("headers", [{}, {"Cookie": "affinity=1"}])
def test_nobody_is_guessed_without_credentials(headers: dict[str, str]) -> None:
    known = KnownCallers()
    known.remember(make_mocked_request("GET", "/", headers=headers), ONE)
    assert known.organization(make_mocked_request("GET", "/", headers=headers)) is None
    assert known.organization(make_mocked_request("GET", "/")) is None


def test_whoever_has_ever_new_credentials_makes_nobody_forgotten_who_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_callers, "_MOST", 10)
    known, request = KnownCallers(), make_mocked_request("GET", "/", headers={"api-key": "one"})
    for number in range(100):
        known.remember(make_mocked_request("GET", "/", headers={"api-key": str(number)}), OTHER)
        if number % 5 == 0:
            known.remember(request, ONE)
        assert known.organization(request) == ONE
    assert known.organization(make_mocked_request("GET", "/", headers={"api-key": "80"})) is None
