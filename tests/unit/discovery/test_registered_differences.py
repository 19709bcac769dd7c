"""What is registered is recognised under every name, and shown beside what is offered."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from application.discovery.model_names import ModelNames
from application.discovery.registered_differences import registered_differences, registrations
from application.discovery.synchronise_model import registered_from
from application.policies.fill_model_facts import GivenFacts, ModelFacts, filled
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel
from application.ports.registered_models import RegisteredModel
from domain.model.values import Limits
from tests.builders import a_model, a_price

ALIASES = {"claude-haiku-4-5": ("claude-haiku-4-5-20251001",)}


def registered(model_id: str, **facts: Any) -> RegisteredModel:  # noqa: ANN401 - of several types
    return registered_from(a_model(model_id=model_id, **facts))


def aliases_of(model_id: str) -> Sequence[str]:
    return ALIASES.get(model_id, ())


def test_a_model_is_recognised_by_its_id_an_alias_a_prefix_or_what_the_catalogue_knows() -> None:
    names = ModelNames({"small-2506": ["small-latest"], "gemini-pro": [], "claude-haiku-4-5-20251001": []})
    models = [registered(name) for name in ("claude-haiku-4-5", "models/gemini-pro", "small-latest", "unheard-of")]
    haiku, gemini, small, unknown = models
    found = registrations(models, names, aliases_of)
    assert found.by_offered_id == {"claude-haiku-4-5-20251001": haiku, "gemini-pro": gemini, "small-2506": small}
    assert found.offered_ids[small.id] == "small-2506"
    assert found.not_offered == [unknown]


def test_the_one_under_its_own_id_stands_for_the_model() -> None:
    names = ModelNames({"small-2506": ["small-latest"]})
    by_alias, by_id = registered("small-latest"), registered("small-2506")
    for models in ([by_alias, by_id], [by_id, by_alias]):
        found = registrations(models, names, aliases_of)
        assert found.by_offered_id == {"small-2506": by_id}
        assert (found.not_offered, len(found.offered_ids)) == ([], 2)


def test_an_offered_model_is_not_taken_for_another_one_of_its_family() -> None:
    names = ModelNames({"claude-haiku-4-5": [], "claude-haiku-4-5-20251001": []})
    dated = registered("claude-haiku-4-5-20251001")
    assert registrations([dated], names, aliases_of).by_offered_id == {"claude-haiku-4-5-20251001": dated}


def test_a_difference_is_shown_field_by_field_with_what_an_update_would_leave_alone() -> None:
    held = registered(
        "small-latest",
        type="language",
        capabilities=["text"],
        limits=Limits(context_window=1, max_tokens=2),
        price=a_price("0.1", "0.2", "manual"),
        sources={"price": "manual", "contextWindow": "catalogue"},
    )
    same = registered("same", type="unknown", capabilities=[])
    offered = OfferedModel(model_id="small-2506", context_window=8, input_per_1k=a_price("5").input_per_1k)
    facts: dict[str, ModelFacts] = {
        model_id: filled(model_id, GivenFacts(), KnownModel(model_id=model_id), each)
        for model_id, each in (("small-2506", offered), ("same", None))
    }
    models = [held, same]
    found = registrations(models, ModelNames({"small-2506": ["small-latest"], "same": []}), aliases_of)
    [shown] = registered_differences(models, found, facts.__getitem__, date(2026, 11, 23))
    assert (shown.model_id, shown.registered_model_id) == ("small-latest", held.id)
    assert [(entry.field, entry.kept_by_hand, entry.suspicious) for entry in shown.fields] == [
        ("context_window", False, False),
        ("input_per_1k_tokens", True, True),
        ("output_per_1k_tokens", True, False),
    ]
    assert (shown.fields[0].registered, shown.fields[0].offered) == (1, 8)
