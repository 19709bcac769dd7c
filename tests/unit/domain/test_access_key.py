from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.access_key.aggregate import AccessKey
from domain.access_key.errors import ExpiryPassed
from domain.access_key.values import Limits, Restriction
from domain.budget import Budget
from domain.errors import InvalidValue
from domain.root import DecidedAfterRemoval
from tests.builders import NOW, an_access_key
from tests.events import facts_of

A_TEXT = f"mbk_{'a' * 43}_{'b' * 43}_{'c' * 6}"


def drained(key: AccessKey) -> list[tuple[type, dict[str, object]]]:
    return [(type(event), facts_of(event)) for event in key.drain()]


def a_settled_key() -> AccessKey:
    """Return a key whose issue is recorded."""
    key = an_access_key(labels={"team": "search"}, budget=Budget(Decimal(5), "day"), limits=Limits(concurrent=2))
    key.drain()
    return key


def test_a_key_is_issued_with_all_that_it_may_do() -> None:
    model = str(uuid4())
    key = AccessKey.issue(
        uuid4(),
        name=" Search ",
        scope="read",
        hint="…abcd",
        issued_by="user-1",
        now=NOW,
        restriction=Restriction(model_ids=(model, model)),
        labels={"team": "search", "application": "shop"},
        expires_at=NOW + timedelta(days=1),
    )
    [(kind, facts)] = drained(key)
    assert kind is AccessKey.Issued
    assert (facts["name"], facts["scope"], facts["secret_version"]) == ("Search", "read", 1)
    assert (facts["model_ids"], facts["provider_ids"], facts["budget_usd"]) == ([model], None, None)
    assert list(facts["labels"]) == ["application", "team"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "ann@example.org"},
        {"name": ""},
        {"name": A_TEXT},
        {"scope": "admin"},
        {"labels": {"owner": "Ann <ann@example.org>"}},
        {"labels": {"Team": "search"}},
        {"labels": {"team": ""}},
        {"labels": {"team": A_TEXT}},
        {"labels": {f"l{number}": "x" for number in range(17)}},
    ],
)
def test_what_the_log_must_not_keep_is_refused(wrong: dict[str, object]) -> None:
    facts: dict[str, object] = {"name": "Key", "scope": "run", "hint": "…", "issued_by": "user-1", "now": NOW}
    with pytest.raises(InvalidValue):
        AccessKey.issue(uuid4(), **{**facts, **wrong})  # type: ignore[arg-type]


def test_values_have_bounds() -> None:
    for amount in ("0", "-1", "1000000001", "0.0000001"):
        with pytest.raises(InvalidValue):
            Budget(Decimal(amount), "day")
    with pytest.raises(InvalidValue):
        Budget(Decimal(1), "year")  # type: ignore[arg-type]
    for limit in (0, -1, 1_000_000_001):
        with pytest.raises(InvalidValue):
            Limits(concurrent=limit)
    for ids in ((), tuple(map(str, range(201)))):
        with pytest.raises(InvalidValue):
            Restriction(provider_ids=ids)


def test_a_key_that_has_expired_is_not_issued_and_none_is_made_to() -> None:
    with pytest.raises(ExpiryPassed):
        an_access_key(expires_at=NOW)
    key = a_settled_key()
    with pytest.raises(ExpiryPassed):
        key.change_expiry(NOW - timedelta(seconds=1), now=NOW)
    assert drained(key) == []


def test_changes_are_events_that_say_what_changed() -> None:
    key = a_settled_key()
    provider = str(uuid4())
    key.rename("Other")
    key.change_limits(Limits(requests_per_minute=5))
    key.change_budget(None)
    key.restrict(Restriction(provider_ids=(provider,)))
    key.change_labels({})
    key.change_expiry(NOW + timedelta(days=1), now=NOW)
    key.disable()
    key.enable()
    assert drained(key) == [
        (AccessKey.Renamed, {"name": "Other"}),
        (AccessKey.LimitsChanged, {"requests_per_minute": 5, "tokens_per_minute": None, "concurrent": None}),
        (AccessKey.BudgetChanged, {"budget_usd": None, "budget_period": None}),
        (AccessKey.ModelsRestricted, {"model_ids": None, "provider_ids": [provider]}),
        (AccessKey.LabelsChanged, {"labels": {}}),
        (AccessKey.ExpiryChanged, {"expires_at": NOW + timedelta(days=1)}),
        (AccessKey.Disabled, {}),
        (AccessKey.Enabled, {}),
    ]


def test_what_is_unchanged_is_no_event() -> None:
    key = a_settled_key()
    key.rename("A key")
    key.change_limits(Limits(concurrent=2))
    key.change_budget(Budget(Decimal("5.00"), "day"))
    key.restrict(Restriction())
    key.change_labels({"team": "search"})
    key.change_expiry(None, now=NOW)
    key.enable()
    assert drained(key) == []


def test_versions_of_secrets_grow_with_each_rotation() -> None:
    key = a_settled_key()
    until = NOW + timedelta(hours=1)
    key.rotate("…b", previous_valid_until=until)
    key.rotate("…c", previous_valid_until=None)
    assert [facts for _, facts in drained(key)] == [
        {"secret_version": 2, "hint": "…b", "previous_valid_until": until},
        {"secret_version": 3, "hint": "…c", "previous_valid_until": None},
    ]
    assert key.previous_valid_until is None


def test_a_threshold_is_noted_with_the_budget_that_it_belongs_to() -> None:
    key = a_settled_key()
    key.note_threshold(80, since=NOW)
    assert drained(key) == [
        (
            AccessKey.BudgetThresholdReached,
            {"percent": 80, "budget_usd": Decimal(5), "budget_period": "day", "since": NOW},
        )
    ]
    key.change_budget(None)
    key.drain()
    key.note_threshold(100, since=NOW)
    assert drained(key) == []


def test_nothing_is_decided_on_a_revoked_key() -> None:
    key = a_settled_key()
    key.revoke()
    key.revoke()
    assert drained(key) == [(AccessKey.Revoked, {})]
    with pytest.raises(DecidedAfterRemoval):
        key.rename("Back")
