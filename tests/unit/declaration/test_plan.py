"""What has to be done, from what is wanted and what there is."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.declaration.errors import DeclarationRefused
from application.declaration.plan import Plan, Planner, PlanOptions
from application.declaration.resources import (
    Declaration,
    DeclaredResource,
    ExistingResource,
    Kind,
    Secret,
    Section,
    TypeOfProvider,
    model_key,
    model_label,
    named_key,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TYPES = {
    "openai": TypeOfProvider(settings=frozenset({"organization"}), has_endpoint=True),
    "openai_compatible": TypeOfProvider(settings=frozenset({"preset"}), has_endpoint=False),
}
ALL: frozenset[Section] = frozenset({("provider", ()), ("access key", ()), ("webhook", ()), ("model", ("openai",))})
PROVIDER = {"name": "OpenAI", "providerType": "openai", "endpoint": "https://api.openai.com/v1", "isEnabled": True}
MODEL = {
    "modelId": "gpt",
    "name": "GPT",
    "capabilities": ["text", "vision"],
    "config": {"temperature": Decimal("0.2"), "metadata": {"a": 1, "b": 2}},
    "pricing": {"inputPer1kTokens": Decimal("0.002"), "cachedInputPer1kTokens": Decimal(1), "tiers": []},
    "isEnabled": True,
}
KEY = {"name": "Search", "scope": "run", "models": None, "labels": {"team": "a"}, "limits": None, "expiresAt": None}


def a_secret(text: str | None = "sk-1234", name: str = "OPENAI_API_KEY") -> Secret:
    return Secret(source=f"the variable {name}", reference={"env": name}, text=text)


def wanted(kind: Kind, fields: dict[str, Any], **more: Any) -> DeclaredResource:  # noqa: ANN401 - fields of the class
    name = fields.get("name", "")
    usual: dict[str, Any] = {"kind": kind, "key": named_key(name), "label": name, "place": f"/{kind}s/0"}
    if kind == "model":
        usual |= {"key": model_key("OpenAI", fields["modelId"]), "label": model_label("OpenAI", fields["modelId"])}
    return DeclaredResource(**(usual | {"fields": fields} | more))


def present(kind: Kind, fields: dict[str, Any], **more: Any) -> ExistingResource:  # noqa: ANN401 - as above
    like = wanted(kind, fields)
    usual: dict[str, Any] = {"kind": kind, "key": like.key, "label": like.label, "fields": fields, "id": "id"}
    return ExistingResource(**(usual | {"revision": 1} | more))


def planned(
    resources: list[DeclaredResource],
    there: list[ExistingResource],
    *,
    sections: frozenset[Section] = frozenset(),
    **options: bool,
) -> Plan:
    planner = Planner(
        there, types=TYPES, now=NOW, shown=lambda _, text: f"…{text[-4:]}", options=PlanOptions(**options)
    )
    return planner.plan(Declaration(resources=resources, sections=sections))


def refused(resources: list[DeclaredResource], there: list[ExistingResource], **options: Any) -> list[str]:  # noqa: ANN401 - as above
    with pytest.raises(DeclarationRefused) as refusal:
        planned(resources, there, **options)
    return [f"{finding.place} {finding.message}" for finding in refusal.value.findings]


def test_what_is_not_there_is_made_and_what_is_as_wanted_is_left() -> None:
    plan = planned([wanted("provider", PROVIDER), wanted("model", MODEL)], [present("provider", PROVIDER)])
    assert [(change.action, change.label) for change in plan.changes] == [("create", "OpenAI: gpt")]
    assert plan.unchanged == 1


def test_another_spelling_is_no_difference() -> None:
    same = {
        "modelId": "gpt",
        "name": " GPT ",
        "capabilities": ["vision", "text", "text"],
        "config": {"temperature": 0.2, "metadata": {"b": 2, "a": 1}, "topP": None},
        "pricing": {"inputPer1kTokens": Decimal("0.00200"), "cachedInputPer1kTokens": 1, "outputPer1kTokens": None},
        "isEnabled": True,
    }
    assert planned([wanted("model", same)], [present("model", MODEL)]).changes == []
    limits = {"requestsPerMinute": None}
    assert planned([wanted("access key", KEY | {"limits": limits})], [present("access key", KEY)]).changes == []


def test_a_field_that_is_not_declared_is_left_and_an_object_is_declared_as_a_whole() -> None:
    config = {"temperature": 1, "metadata": {"a": 1, "c": 3}}
    fields = {"modelId": "gpt", "config": config, "pricing": {"inputPer1kTokens": Decimal("0.002")}}
    [change] = planned([wanted("model", fields)], [present("model", MODEL)]).changes
    assert change.patch == {
        "config": {"temperature": 1, "metadata": {"b": None, "c": 3}},
        "pricing": {"cachedInputPer1kTokens": None},
    }
    assert [(each.field, each.present, each.wanted) for each in change.differences] == [
        ("config.temperature", Decimal("0.2"), 1),
        ("config.metadata", {"a": 1, "b": 2}, {"a": 1, "c": 3}),
        ("pricing.cachedInputPer1kTokens", 1, None),
    ]


def test_true_is_not_one() -> None:
    there = present("model", MODEL | {"config": {"metadata": {"flag": True}}})
    fields = {"modelId": "gpt", "config": {"metadata": {"flag": 1}}}
    assert len(planned([wanted("model", fields)], [there]).changes) == 1


def test_what_is_not_declared_is_named_and_removed_only_when_that_is_said() -> None:
    there = [
        present("provider", PROVIDER),
        present("model", MODEL),
        present("provider", PROVIDER | {"name": "Old"}),
        present("model", MODEL, key=model_key("Old", "gpt"), label="Old: gpt"),
        present("access key", KEY),
        present("webhook", {"name": "Hook"}),
    ]
    resources = [wanted("provider", PROVIDER)]
    plan = planned(resources, there, sections=ALL)
    assert plan.changes == []
    assert [each.label for each in plan.undeclared] == ["OpenAI: gpt", "Old", "Search", "Hook"]
    plan = planned(resources, there, sections=ALL, is_removing=True)
    # Whatever refers to others goes before them; the models of a provider go with it.
    assert [change.label for change in plan.changes] == ["Hook", "Search", "OpenAI: gpt", "Old"]
    assert plan.undeclared == []
    # Of a section that is not there nothing is said.
    assert planned(resources, there, is_removing=True).changes == []


def test_names_are_compared_as_the_service_compares_them() -> None:
    [change] = planned([wanted("provider", PROVIDER | {"name": "OPENAI"})], [present("provider", PROVIDER)]).changes
    assert (change.action, change.patch) == ("change", {"name": "OPENAI"})


@pytest.mark.parametrize(
    ("hint", "text", "sends", "sent"),
    [
        ("…1234", "sk-1234", False, None),
        ("…1234", "sk-9999", False, "sk-9999"),
        ("…1234", "sk-1234", True, "sk-1234"),
        (None, "sk-1234", False, "sk-1234"),
    ],
)
def test_a_key_is_compared_by_its_hint(hint: str | None, text: str, sends: bool, sent: str | None) -> None:
    provider = wanted("provider", PROVIDER, secrets={"apiKey": a_secret(text)})
    plan = planned([provider], [present("provider", PROVIDER, shown={"apiKey": hint})], sends_secrets=sends)
    assert [change.secrets for change in plan.changes] == ([] if sent is None else [{"apiKey": sent}])
    assert "sk-" not in repr(plan)


def test_a_key_that_is_not_at_hand_is_needed_only_where_there_is_none() -> None:
    provider = wanted("provider", PROVIDER, secrets={"apiKey": a_secret(None)})
    plan = planned([provider], [present("provider", PROVIDER, shown={"apiKey": "…1234"})])
    assert plan.changes == []
    assert "OPENAI_API_KEY" in plan.notes[0]
    for there in ([], [present("provider", PROVIDER, shown={"apiKey": None})]):
        assert refused([provider], there) == [
            "/providers/0/apiKey is not there: the variable OPENAI_API_KEY is not set or empty"
        ]


def test_a_null_key_is_taken_away() -> None:
    there = present("provider", PROVIDER, shown={"apiKey": "…1234"})
    [change] = planned([wanted("provider", PROVIDER, secrets={"apiKey": None})], [there]).changes
    assert change.secrets == {"apiKey": None}


def test_the_destination_of_secrets_is_shown_if_the_file_has_none() -> None:
    endpoint = "https://gateway.example.com/v1"
    there = present("provider", {**PROVIDER, "endpoint": endpoint}, shown={"apiKey": "…1234"})
    fields = {name: value for name, value in PROVIDER.items() if name != "endpoint"}
    for text, notes in (("sk-another-9876", 1), ("sk-1234", 0)):
        provider = wanted("provider", fields, secrets={"apiKey": a_secret(text)})
        told = planned([provider], [there]).notes
        assert [endpoint in note for note in told] == [True] * notes


def test_to_another_endpoint_all_secrets_are_given_again() -> None:
    there = present("provider", PROVIDER, shown={"apiKey": "…1234"}, headers=["X-A"])
    moved = PROVIDER | {"endpoint": "https://other.example.com"}
    secrets = {"apiKey": a_secret()}
    [change] = planned([wanted("provider", moved, secrets=secrets, headers={"x-a": a_secret("v")})], [there]).changes
    assert change.secrets == {"apiKey": "sk-1234", "extraHeaders": {"x-a": "v"}}
    assert [finding.split(":")[0] for finding in refused([wanted("provider", moved)], [there])] == [
        "/providers/0 needs an apiKey",
        "/providers/0 needs its extraHeaders",
    ]


def test_headers_are_compared_by_their_names() -> None:
    there = present("provider", PROVIDER, headers=["X-A", "X-B"])
    same = wanted("provider", PROVIDER, headers={"x-b": a_secret(None), "x-a": a_secret(None)})
    assert planned([same], [there]).changes == []
    [change] = planned([wanted("provider", PROVIDER, headers={"x-a": a_secret("v")})], [there]).changes
    assert change.secrets == {"extraHeaders": {"X-B": None, "x-a": "v"}}


def test_references_lead_to_what_the_file_or_the_organization_has() -> None:
    reference = {"provider": "OPENAI", "modelId": "gpt"}
    key = wanted("access key", KEY | {"models": [reference], "providers": ["openai"]})
    there = [present("provider", PROVIDER), present("model", MODEL)]
    assert [change.label for change in planned([key], there).changes] == ["Search"]
    assert refused([key], [present("provider", PROVIDER)]) == [
        "/access keys/0/models/0 is no model that the file or the organization has"
    ]
    # What goes with its provider is not there either.
    assert len(refused([key], there, sections=frozenset({("provider", ())}), is_removing=True)) == 2


@pytest.mark.parametrize(
    ("resource", "there", "finding"),
    [
        (wanted("access key", KEY | {"scope": "read"}), [present("access key", KEY)], "is run for life"),
        (
            wanted("provider", PROVIDER | {"providerType": "openai_compatible"}),
            [present("provider", PROVIDER)],
            "is openai for life",
        ),
        (wanted("provider", PROVIDER | {"providerType": "nobody"}), [], "is none of openai, openai_compatible"),
        (wanted("provider", PROVIDER | {"settings": {"preset": "groq"}}), [], "is no setting of openai"),
        (wanted("provider", {"name": "x", "providerType": "openai_compatible"}), [], "needs an endpoint"),
        (wanted("access key", KEY | {"expiresAt": NOW}), [], "has passed"),
    ],
)
def test_what_can_never_be_is_refused(resource: DeclaredResource, there: list[ExistingResource], finding: str) -> None:
    [found] = refused([resource], there)
    assert finding in found


def test_duplicates_are_refused_with_both_places() -> None:
    again = wanted("access key", KEY | {"name": "SEARCH"}, place="/accessKeys/7")
    assert refused([wanted("access key", KEY), again], []) == [
        "/accessKeys/7 is the access key SEARCH again, after /access keys/0"
    ]
    twins = [present("access key", KEY)] * 2
    assert "several with the name Search" in refused([], twins, sections=ALL)[0]
    assert "several with the name Search" in refused([wanted("access key", KEY)], twins)[0]
    assert planned([], twins).changes == []
