from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import Field

from entrypoints.http.field_types import Body, Flag, Id, JsonObject, Number, Query, Text, Time, Whole
from entrypoints.http.parse_request import validated
from entrypoints.http.request_errors import InvalidRequest


class Create(Body):
    op: Literal["create"]
    name: Text


class Delete(Body):
    op: Literal["delete"]
    id: Id


class Everything(Body):
    provider_id: Id | None = None
    at_time: Time | None = None
    cost_per_1k_tokens: Number | None = None
    config: JsonObject | None = None
    is_enabled: bool = True
    max_tokens: int | None = None
    names: list[Text] | None = None
    operations: list[Annotated[Create | Delete, Field(discriminator="op")]] = Field(default_factory=list)
    text_or_number: str | int | None = None


class Search(Query):
    enabled: Flag | None = None
    limit: Whole = 50


def refused(document: object, model: type[Body] = Everything) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        validated(model, document, prefix="?" if issubclass(model, Query) else "")
    return {error.pointer: error.message for error in refusal.value.errors}


def test_bodies_are_camel_case_and_exact() -> None:
    read = validated(
        Everything,
        {
            "providerId": "AAAAAAAA-0000-4000-8000-000000000001",
            "atTime": "2026-01-31t12:00:00+02:00",
            "costPer1kTokens": Decimal("0.0001234567890123456789"),
            "config": {"temperature": Decimal("0.7")},
        },
    )
    assert read.provider_id == UUID("aaaaaaaa-0000-4000-8000-000000000001")
    assert read.at_time == datetime(2026, 1, 31, 10, tzinfo=UTC)
    # A plus sign that was not encoded in a query.
    assert validated(Everything, {"atTime": "2026-01-31T12:00:00 02:00"}).at_time == read.at_time
    assert read.cost_per_1k_tokens == Decimal("0.0001234567890123456789")
    assert read.config == {"temperature": Decimal("0.7")}
    assert "is_enabled" not in read.model_fields_set


def test_a_whole_number_is_a_number_too() -> None:
    assert validated(Everything, {"costPer1kTokens": 1}).cost_per_1k_tokens == Decimal(1)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"provider_id": None}, "/provider_id"),
        ({"providerId": "not an id"}, "/providerId"),
        ({"providerId": "aaaaaaaa00004000800000000000000f"}, "/providerId"),
        ({"providerId": "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"}, "/providerId"),
        ({"providerId": 5}, "/providerId"),
        ({"atTime": 1700000000}, "/atTime"),
        ({"atTime": "2026-01-31"}, "/atTime"),
        ({"atTime": "2026-01-31T12:00:00"}, "/atTime"),
        ({"atTime": "2026-02-31T12:00:00Z"}, "/atTime"),
        ({"atTime": "0001-01-01T00:00:00+23:00"}, "/atTime"),
        ({"costPer1kTokens": "1"}, "/costPer1kTokens"),
        ({"costPer1kTokens": True}, "/costPer1kTokens"),
        ({"isEnabled": "true"}, "/isEnabled"),
        ({"isEnabled": 1}, "/isEnabled"),
        ({"maxTokens": "5"}, "/maxTokens"),
        ({"maxTokens": Decimal("5.5")}, "/maxTokens"),
        ({"maxTokens": True}, "/maxTokens"),
        ({"names": "abc"}, "/names"),
        ({"names": ["ok", ""]}, "/names/1"),
        ({"config": []}, "/config"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ([], ""),
        (None, ""),
        ("text", ""),
    ],
)
def test_nothing_is_coerced_and_each_fault_is_pointed_at(document: object, pointer: str) -> None:
    assert list(refused(document)) == [pointer]


def test_pointers_name_places_in_the_document_not_in_the_model() -> None:
    faults = refused(
        {
            "operations": [
                {"op": "create"},
                {"op": "delete", "id": "x"},
                {"op": "other"},
                {"op": "create", "name": "n", "x": 1},
            ]
        }
    )
    assert set(faults) == {"/operations/0/name", "/operations/1/id", "/operations/2", "/operations/3/x"}
    assert faults["/operations/0/name"] == "is required"
    assert faults["/operations/3/x"] == "is not known here"
    assert set(refused({"textOrNumber": []})) == {"/textOrNumber"}


def test_no_fault_repeats_what_was_sent() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        validated(Everything, {"providerId": "sk-secret", "names": ["sk-secret" * 100], "isEnabled": "sk-secret"})
    assert "sk-secret" not in f"{refusal.value.detail} {refusal.value.errors}"


def test_at_most_a_hundred_faults_are_listed() -> None:
    assert len(refused({f"field{number}": 1 for number in range(500)})) == 100


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_flags_are_true_or_false(text: str, value: bool) -> None:
    assert validated(Search, {"enabled": text}).enabled is value


@pytest.mark.parametrize("text", ["True", "1", "yes", "on", ""])
def test_flags_are_nothing_else(text: str) -> None:
    assert list(refused({"enabled": text}, Search)) == ["?enabled"]


@pytest.mark.parametrize("text", [" 5", "5.0", "1_000", "", "0x5", "\u0665", "9" * 19, "+5"])
def test_whole_numbers_in_a_query_are_plain(text: str) -> None:
    assert list(refused({"limit": text}, Search)) == ["?limit"]


def test_unknown_parameters_are_pointed_at() -> None:
    assert refused({"limt": "5"}, Search) == {"?limt": "is not known here"}
