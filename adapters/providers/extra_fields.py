"""What a provider says about a model beyond what we understand, kept within bounds."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import orjson

MOST_BYTES: Final = 2_048
_MOST_ITEMS: Final = 40
_LONGEST_TEXT: Final = 300
_DEEPEST: Final = 4
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})


def extras_of(entry: Mapping[str, Any], understood: Collection[str]) -> dict[str, Any]:
    """Return the other fields of a model's entry, at most 2 KiB of JSON; a field that does not fit is left out."""
    kept: dict[str, Any] = {}
    room = MOST_BYTES
    for name, value in entry.items():
        if name in understood or value in _EMPTY or len(name) > _LONGEST_TEXT or not name.isprintable():
            continue
        trimmed = _trimmed(value)
        size = len(orjson.dumps({name: trimmed}))
        if size <= room:
            kept[name] = trimmed
            room -= size
    return kept


def _trimmed(value: object, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Cut long texts and lists and what is nested too deep; no NUL, which Postgres does not store in JSON."""
    if isinstance(value, str):
        text = value.replace("\0", "")
        return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    if isinstance(value, dict):
        items = list(value.items())[:_MOST_ITEMS] if depth < _DEEPEST else []
        return {str(_trimmed(name)): _trimmed(each, depth + 1) for name, each in items}
    if isinstance(value, list):
        return [_trimmed(each, depth + 1) for each in value[:_MOST_ITEMS]] if depth < _DEEPEST else []
    return value
