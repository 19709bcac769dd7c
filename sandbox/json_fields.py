"""Typed access to the fields of JSON objects."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]


def object_at(source: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object under `name`; an empty one when it is absent or something else."""
    found = source.get(name)
    return found if isinstance(found, dict) else {}


def objects_at(source: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects in the list under `name`; what is not an object is left out."""
    return [item for item in list_at(source, name) if isinstance(item, dict)]


def list_at(source: Mapping[str, object], name: str) -> Sequence[object]:
    """The list under `name`; an empty one when it is absent or something else."""
    found = source.get(name)
    return found if isinstance(found, list) else []


def text_at(source: Mapping[str, object], name: str) -> str:
    """The string under `name`; the empty string when it is absent or something else."""
    found = source.get(name)
    return found if isinstance(found, str) else ""


def count_at(source: Mapping[str, object], name: str) -> int | None:
    """The whole number under `name`; None when it is absent or something else."""
    found = source.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
