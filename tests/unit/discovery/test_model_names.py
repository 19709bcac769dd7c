"""A model is known by every name its provider has for it."""

from collections.abc import Sequence
from typing import Any

import pytest

from application.discovery.model_names import ModelNames, aliases_of


@pytest.mark.parametrize(
    ("model_id", "extras", "expected"),
    [
        ("a", {}, []),
        ("a", {"aliases": ["b", "c", "b", "a", ""]}, ["b", "c"]),
        ("a", {"aliases": "b"}, []),
        ("a", {"aliases": [None, 1, ["b"], "b"]}, ["b"]),
        ("llama3:latest", {}, ["llama3"]),
        (":latest", {}, []),
        ("llama3:8b", {}, []),
    ],
)
def test_aliases_are_what_the_list_has_and_what_a_tag_implies(
    model_id: str, extras: dict[str, Any], expected: Sequence[str]
) -> None:
    assert aliases_of(model_id, extras) == expected


@pytest.mark.parametrize(
    ("name", "aliases", "expected"),
    [
        ("a", (), "a"),
        ("small", (), "a"),
        ("models/a", (), "a"),
        ("models/small", (), "a"),
        ("b", (), "b"),
        ("llama3", (), "llama3:latest"),
        ("unknown", (), None),
        ("unknown", ("nothing", "small", "b"), "a"),
        ("xmodels/a", (), None),
        ("", (), None),
    ],
)
def test_a_name_leads_to_its_model(name: str, aliases: Sequence[str], expected: str | None) -> None:
    names = ModelNames({"a": ["small", "b"], "b": [], "llama3:latest": ["llama3"]})
    assert names.find(name, aliases) == expected


def test_an_id_of_its_own_comes_before_the_prefix_that_google_writes() -> None:
    assert ModelNames({"models/a": [], "a": []}).find("models/a") == "models/a"


def test_all_names_can_be_gone_through() -> None:
    names = ModelNames({"a": ["small"]})
    assert sorted(names) == ["a", "small"]
    assert ("small" in names, "large" in names) == (True, False)
