"""What an organization is to have by a declaration, and what it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.names import name_key

Kind = Literal["provider", "model", "budget", "access key", "webhook"]
Key = tuple[str, ...]
"""What identifies a resource among others of its kind; ids would not survive in another organization."""

NAMED: tuple[Kind, ...] = ("provider", "access key", "webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that a declaration refers to. `source` is where it is from, in words; `text` is none if it is not there.

    `reference` is the declaration's, such as `{"env": "OPENAI_API_KEY"}`.
    """

    source: str
    reference: Mapping[str, str]
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredResource:
    """A resource as a declaration has it. `place` is the JSON pointer to it.

    `fields` have the names and values of the REST API, but for access keys: their `models` and `providers` are named,
    and no ids. A field that is not there is left as it is. `secrets` are kept separately, by the names of their fields;
    a none removes the secret. `is_offered`: the model is registered as its provider offers it.
    """

    kind: Kind
    key: Key
    label: str
    place: str
    fields: Mapping[str, Any]
    secrets: Mapping[str, Secret | None] = field(default_factory=dict)
    headers: Mapping[str, Secret] | None = None
    is_offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingResource:
    """A resource as the organization has it; `fields` as in `DeclaredResource`.

    `shown` is what may be known of its secrets: a key's hint, the host of an address. `headers` are the names of a
    provider's extra headers. `filled_in` are the fields of a model that nobody gave, which the catalogue filled in.
    `is_barred`: all models and providers that the access key may use are gone.
    """

    kind: Kind
    key: Key
    label: str
    fields: Mapping[str, Any]
    id: str = ""
    revision: int | None = None
    shown: Mapping[str, str | None] = field(default_factory=dict)
    headers: Sequence[str] = ()
    filled_in: frozenset[str] = frozenset()
    is_barred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOfProvider:
    """What a service knows of a provider type: the names of its settings, and whether it has an endpoint of its own."""

    settings: frozenset[str]
    has_endpoint: bool


Section = tuple[Kind, Key]
"""A part of a declaration that says all there is to be: of a kind, or the models of a provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What an organization is to have. Only the sections that it has are complete."""

    resources: Sequence[DeclaredResource]
    sections: frozenset[Section] = frozenset()


def named_key(name: str) -> Key:
    """Return the key of a provider, an access key or a webhook: what is identified by its name alone."""
    return (name_key(name),)


def model_key(provider: str, model_id: str) -> Key:
    """Return the key of a model: its provider's, and the provider's name for it, which is exact."""
    return (name_key(provider), model_id)


def model_label(provider: str, model_id: str) -> str:
    """Return what a model is called in messages."""
    return f"{provider}: {model_id}"


def section_of(kind: Kind, key: Key) -> Section:
    """Return the section that decides whether a resource is to exist."""
    return (kind, key[:1]) if kind == "model" else (kind, ())
