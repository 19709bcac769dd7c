"""Whose a request is before anybody is verified is a guess by its credentials."""

from __future__ import annotations

from uuid import UUID

import pytest
from aiohttp.test_utils import make_mocked_request

from entrypoints.http.known_callers import KnownCallers

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key", "Cookie"])
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
