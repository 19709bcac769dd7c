"""What an operator says of the rate limits."""

from __future__ import annotations

import pytest

from application.policies.rate_limit_quotas import QUOTAS, quota_requests, quotas_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("tests=5", {"tests": 5}),
        (" tests=5 , refresh=0,", {"tests": 5, "refresh": 0}),
        ("tests=5,tests=7", {"tests": 7}),
    ],
)
def test_what_is_mentioned_is_read(text: str, expected: dict[str, int]) -> None:
    assert quota_requests(text) == expected


@pytest.mark.parametrize("text", ["tests", "tests=", "tests=-1", "tests=1.5", "test=5", "=5", "tests=\u0665"])
def test_what_is_no_number_of_a_known_quota_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="tests=60,discovery=120,refresh=12"):
        quota_requests(text)


def test_what_is_not_mentioned_stays() -> None:
    quotas = quotas_of({"tests": 5})
    assert (quotas["tests"].requests, quotas["tests"].seconds, quotas["tests"].what) == (5, 60, "connection tests")
    assert {name: quota for name, quota in quotas.items() if name != "tests"} == {
        name: quota for name, quota in QUOTAS.items() if name != "tests"
    }
