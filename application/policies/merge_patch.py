"""JSON Merge Patch."""

from collections.abc import Mapping
from typing import Any


def merge_patch(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object after the patch: null removes a member, objects merge, all else replaces (RFC 7396)."""
    merged = dict(target)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            held = merged.get(name)
            merged[name] = merge_patch(held if isinstance(held, dict) else {}, value)
        else:
            merged[name] = value
    return merged
