"""The forms in which the service keeps values, so that what is written in another way is not taken for a difference."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from application.declaration.resources import model_key, named_key
from domain.names import checked_name

_LIMITS: Final = ("requestsPerMinute", "tokensPerMinute", "concurrent")


def _sorted(value: list[str]) -> list[str]:
    return sorted(set(value))


def _limits(value: Mapping[str, Any]) -> dict[str, Any] | None:
    limits = {name: value.get(name) for name in _LIMITS}
    return limits if any(limits.values()) else None


def _known(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out null fields: null means the same as absent."""
    return {name: member for name, member in value.items() if member is not None}


def _pricing(value: Mapping[str, Any]) -> dict[str, Any]:
    prices = _known(value)
    tiers = [_tier(tier) for tier in prices.pop("tiers", ())]
    return prices | ({"tiers": tiers} if tiers else {})


def _tier(value: Mapping[str, Any]) -> dict[str, Any]:
    tier = _known(value)
    if not tier.get("aboveInputTokens"):
        tier.pop("aboveInputTokens", None)
    return tier


def _models(value: list[Mapping[str, str]]) -> list[tuple[str, ...]]:
    return sorted({model_key(reference["provider"], reference["modelId"]) for reference in value})


def _providers(value: list[str]) -> list[tuple[str, ...]]:
    return sorted({named_key(name) for name in value})


_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": checked_name,
    "capabilities": _sorted,
    "topics": _sorted,
    "limits": _limits,
    "config": _known,
    "pricing": _pricing,
    "models": _models,
    "providers": _providers,
}


def normal(field: str, value: object) -> Any:  # noqa: ANN401 - a field's value is of its own type
    """Return the value as the service keeps it, fractions as decimals."""
    if value is None:
        return None
    form = _FORMS.get(field)
    return exact(value if form is None else form(value))


def exact(value: object) -> Any:  # noqa: ANN401 - as above
    """Return the value with fractions as decimals, as they are written."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    return [exact(member) for member in value] if isinstance(value, list) else value


def same(one: object, other: object) -> bool:
    """Return whether two values in their normal form are equal; true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def patch_to(wanted: object, present: object) -> Any:  # noqa: ANN401 - as above
    """Return the merge patch (RFC 7396) that makes the one of the other: what is not wanted any more is null."""
    if not isinstance(wanted, dict) or not isinstance(present, dict):
        return wanted
    gone = dict.fromkeys(name for name in present if name not in wanted)
    changed = {
        name: patch_to(value, present.get(name))
        for name, value in wanted.items()
        if name not in present or not same(value, present[name])
    }
    return gone | changed
