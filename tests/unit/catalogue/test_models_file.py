"""The file itself: `models.json` is edited by hand, and this is what keeps it sound."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

from adapters.catalogue.provider_services import AZURE, PRICED_AS
from domain.model.capabilities import CAPABILITIES
from domain.model.values import MODEL_TYPES

TEXT = files("adapters.catalogue").joinpath("models.json").read_text("utf-8")
DOCUMENT: dict[str, Any] = json.loads(TEXT)
ROWS: list[tuple[str, dict[str, Any]]] = [
    (service, row) for service, rows in DOCUMENT["models"].items() for row in rows
]
SERVICES = sorted(set(PRICED_AS) - {AZURE})

FIELDS: dict[str, type] = {
    "id": str,
    "name": str,
    "aliases": list,
    "type": str,
    "capabilities": list,
    "context_window": int,
    "max_tokens": int,
    "lifecycle": str,
    "retires_on": str,
    "price_id": str,
    "source": list,
    "as_of": str,
}
REQUIRED = {"id", "name", "source", "as_of"}
LIFECYCLES = {"active", "preview", "deprecated", "retired"}


def test_it_is_small_enough_to_be_read_at_every_start() -> None:
    assert 10_000 < len(TEXT) < 300_000


def test_it_covers_the_services_that_are_known() -> None:
    assert sorted(DOCUMENT["models"]) == SERVICES


def _faulty(is_sound: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [f"{service} {row.get('id')}" for service, row in ROWS if not is_sound(row)]


def test_rows_have_the_fields_they_should_and_none_says_nothing() -> None:
    assert _faulty(lambda row: REQUIRED <= row.keys() <= FIELDS.keys()) == []
    assert _faulty(lambda row: all(type(row[name]) is FIELDS[name] and row[name] for name in row)) == []


def test_types_lifecycles_and_capabilities_are_in_the_words_there_are() -> None:
    assert _faulty(lambda row: row.get("type", "language") in set(MODEL_TYPES) - {"unknown"}) == []
    assert _faulty(lambda row: row.get("lifecycle", "active") in LIFECYCLES) == []
    assert _faulty(lambda row: set(row.get("capabilities", ())) <= CAPABILITIES.keys()) == []
    assert _faulty(lambda row: max(Counter(row.get("capabilities", ["text"])).values()) == 1) == []


def test_limits_can_be_true() -> None:
    assert _faulty(lambda row: all(1 <= row.get(limit, 1) <= 10**7 for limit in ("context_window", "max_tokens"))) == []


def test_a_row_is_as_young_as_its_youngest_source() -> None:
    days = {name: date.fromisoformat(source["as_of"]) for name, source in DOCUMENT["sources"].items()}
    assert _faulty(lambda row: date.fromisoformat(row["as_of"]) == max(days[name] for name in row["source"])) == []


def test_what_has_retired_is_retired_and_what_will_is_deprecated() -> None:
    def is_sound(row: dict[str, Any]) -> bool:
        retires_on = date.fromisoformat(row.get("retires_on", row["as_of"]))
        expected = "retired" if retires_on <= date.fromisoformat(row["as_of"]) else "deprecated"
        return "retires_on" not in row or row["lifecycle"] == expected

    assert _faulty(is_sound) == []


def test_an_id_or_alias_appears_once() -> None:
    ids = Counter((service, name) for service, row in ROWS for name in (row["id"], *row.get("aliases", ())))
    assert [key for key, count in ids.items() if count > 1] == []


def test_every_source_is_used_and_can_be_looked_at() -> None:
    used = {source for _, row in ROWS for source in row["source"]}
    assert used == DOCUMENT["sources"].keys()
    for source in DOCUMENT["sources"].values():
        assert source.keys() == {"title", "url", "as_of"}
        assert source["url"].startswith("https://")
