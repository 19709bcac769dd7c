"""The declaration of what an organization has."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from application.declaration.errors import DeclarationRefused, Finding
from application.declaration.normal_forms import normal
from application.declaration.resources import ExistingResource, Kind

VERSION: Final = 1

_NO_LETTERS: Final = re.compile(r"[^A-Z0-9]+")
_OURS: Final = "MODELBOOK_"
"""Variables of this beginning are settings of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A declaration as a document, and sentences about what it does not hold."""

    document: dict[str, Any]
    notes: Sequence[str]


class VariableNames:
    """Finds names for environment variables, each once."""

    def __init__(self) -> None:
        """None is taken."""
        self._taken: set[str] = set()

    def name(self, *words: str) -> str:
        """Return the words as the name of a variable: `OPENAI_API_KEY` for OpenAI and `api key`."""
        joined = _NO_LETTERS.sub("_", "_".join(words).upper()).strip("_")
        start = (
            f"PROVIDER_{joined}".rstrip("_")
            if not joined or joined[0].isdigit() or joined.startswith(_OURS)
            else joined
        )
        name, number = start, 1
        while name in self._taken:
            number += 1
            name = f"{start}_{number}"
        self._taken.add(name)
        return name


def exported(resources: Sequence[ExistingResource], *, now: datetime) -> Exported:
    """Return the declaration: secrets are references to variables, and what the catalogue filled in is left to it.

    Raises:
        DeclarationRefused: several access keys or webhooks have the same name, by which a declaration identifies them.
    """
    _refuse_same_names(resources)
    variables, notes = VariableNames(), list[str]()
    budget = _of_kind(resources, "budget")
    document: dict[str, Any] = {
        "version": VERSION,
        "providers": [_provider(each, resources, variables) for each in _of_kind(resources, "provider")],
        "budget": next((_budget(each) for each in budget), None),
        "accessKeys": [
            _access_key(each) for each in _of_kind(resources, "access key") if _can_be_declared(each, now, notes)
        ],
        "webhooks": [
            {"name": each.label, "url": {"env": variables.name(each.label, "webhook url")}, **each.fields}
            for each in _of_kind(resources, "webhook")
        ],
    }
    return Exported(document=document, notes=notes)


def _of_kind(resources: Iterable[ExistingResource], kind: Kind) -> list[ExistingResource]:
    return sorted((each for each in resources if each.kind == kind), key=lambda each: each.key)


def _refuse_same_names(resources: Sequence[ExistingResource]) -> None:
    seen, findings = set[object](), list[Finding]()
    for each in resources:
        if (each.kind, each.key) in seen:
            message = (
                f"{each.label} exists twice: a declaration identifies resources by name, so rename one of them first"
            )
            findings.append(Finding(place=f"The {each.kind}", message=message))
        seen.add((each.kind, each.key))
    if findings:
        raise DeclarationRefused(findings)


def _provider(
    provider: ExistingResource, resources: Sequence[ExistingResource], variables: VariableNames
) -> dict[str, Any]:
    has_key = provider.shown.get("apiKey") is not None
    secrets: dict[str, Any] = {"apiKey": {"env": variables.name(provider.label, "api key")} if has_key else None}
    if provider.headers:
        secrets["extraHeaders"] = {name: {"env": variables.name(provider.label, name)} for name in provider.headers}
    models = [_model(each) for each in _of_kind(resources, "model") if each.key[:1] == provider.key]
    return {**provider.fields, **secrets, "models": models}


def _model(model: ExistingResource) -> dict[str, Any]:
    return {
        name: _as_written(name, value)
        for name, value in model.fields.items()
        if name not in model.filled_in and value is not None and name != "costPer1kTokens" and value != {}
    }


def _budget(budget: ExistingResource) -> dict[str, Any] | None:
    return None if budget.fields["usd"] is None else dict(budget.fields)


def _access_key(key: ExistingResource) -> dict[str, Any]:
    written = {name: _as_written(name, value) for name, value in key.fields.items()}
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _as_written(name: str, value: Any) -> Any:  # noqa: ANN401 - a field's value is of its own type
    """Return what a person would write: without redundant fields, in a stable order."""
    if name in {"models", "providers"} and value is not None:
        return sorted(value, key=lambda reference: normal(name, [reference]))
    if name == "limits" and value is not None:
        return {limit: most for limit, most in value.items() if most is not None}
    return normal(name, value) if name == "pricing" else value


def _can_be_declared(key: ExistingResource, now: datetime, notes: list[str]) -> bool:
    expires_at = key.fields.get("expiresAt")
    if expires_at is not None and expires_at <= now:
        notes.append(f"The access key {key.label} has expired, and is left out.")
        return False
    if key.is_barred:
        notes.append(f"The access key {key.label} may use no model that is still there, and is left out.")
        return False
    return True
