"""Between a model's values and the plain facts of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.checked_documents import checked_label
from domain.model.values import MANUAL, Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    Sources = Mapping[str, str] | None


_SOURCE_NAMES: Final = {"context_window": "contextWindow", "max_tokens": "maxTokens", "retires_on": "retiresOn"}


def source_name(field: str) -> str:
    """Return the name under which a model's `sources` hold the source of a field."""
    return _SOURCE_NAMES.get(field, field)


def changed_fields(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return the names of the facts that differ."""
    return [name for name, value in wanted.items() if value != held[name]]


def sources_of(changed: Iterable[str], sources: Sources) -> dict[str, str]:
    """Return the source of each changed value, by its `source_name`: a person's when nothing is said of sources."""
    names = map(source_name, changed)
    return {name: MANUAL if sources is None else sources[name] for name in names if sources is None or name in sources}


def price_facts(price: Price | None) -> dict[str, Any]:
    """Return the fields of an event that tell of the price."""
    return {
        "input_per_1k": price.input_per_1k if price else None,
        "output_per_1k": price.output_per_1k if price else None,
        "price_source": price.source if price else None,
        "price_as_of": price.as_of if price else None,
    }


def price_told(
    input_per_1k: Decimal | None, output_per_1k: Decimal | None, source: str | None, as_of: str | None
) -> Price | None:
    """Return the price that an event tells of."""
    if input_per_1k is None and output_per_1k is None:
        return None
    return Price(input_per_1k, output_per_1k, source or MANUAL, as_of)


def checked_version(version: str | None) -> str | None:
    """Return the version label as it is.

    Raises:
        InvalidValue: there is one, and it is no label.
    """
    return None if version is None else checked_label("version", version)


def checked_capabilities(capabilities: list[str]) -> list[str]:
    """Return the capabilities in their order, each once.

    Raises:
        InvalidValue: one of them is no label.
    """
    return sorted({checked_label("capabilities", capability) for capability in capabilities})
