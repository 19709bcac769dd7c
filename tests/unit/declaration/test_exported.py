"""What an export holds, and what it does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from application.declaration.errors import DeclarationRefused
from application.declaration.exported import VariableNames, exported
from application.declaration.resources import ExistingResource, Kind, named_key

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BUDGET = ExistingResource(kind="budget", key=(), label="", fields={"usd": None, "period": None})


def named(kind: Kind, name: str, **more: Any) -> ExistingResource:  # noqa: ANN401 - fields of the class
    fields = {"name": name, **more.pop("fields", {})}
    return ExistingResource(kind=kind, key=named_key(name), label=name, fields=fields, **more)


def test_keys_that_could_not_be_made_again_are_left_out_and_named() -> None:
    keys = [
        named("access key", "Good", fields={"expiresAt": datetime(2030, 1, 1, tzinfo=UTC), "models": None}),
        named("access key", "Expired", fields={"expiresAt": NOW}),
        # Without its models it would be a key for all of them.
        named("access key", "Barred", fields={"models": []}, is_barred=True),
    ]
    made = exported([BUDGET, *keys], now=NOW)
    assert [key["name"] for key in made.document["accessKeys"]] == ["Good"]
    assert [note.split(",")[0] for note in made.notes] == [
        "The access key Barred may use no model that is still there",
        "The access key Expired has expired",
    ]


def test_resources_of_the_same_name_are_ambiguous() -> None:
    with pytest.raises(DeclarationRefused, match="SEARCH exists twice"):
        exported([BUDGET, named("access key", "Search"), named("access key", "SEARCH")], now=NOW)


def test_no_budget_is_declared_as_none() -> None:
    assert exported([BUDGET], now=NOW).document["budget"] is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("OpenAI", "api key"), "OPENAI_API_KEY"),
        (("Acme (EU) - 2", "X-Token"), "ACME_EU_2_X_TOKEN"),
        (("1st", "api key"), "PROVIDER_1ST_API_KEY"),
        (("Ключ",), "PROVIDER"),
        # Variables of this beginning are settings, and refused where they are none.
        (("Modelbook", "api key"), "PROVIDER_MODELBOOK_API_KEY"),
    ],
)
def test_variables_are_named_for_what_they_hold(words: tuple[str, ...], name: str) -> None:
    assert VariableNames().name(*words) == name


def test_no_two_secrets_share_a_variable() -> None:
    names = VariableNames()
    assert [names.name("a b"), names.name("a-b"), names.name("A B")] == ["A_B", "A_B_2", "A_B_3"]
