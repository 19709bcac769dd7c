"""What has changed since a provider was asked last: for a person to look at before anything follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Offer = dict[str, Any]

# A price that moves further than this is more likely a slip of units than a decision of the provider.
SUSPICIOUS_FACTOR: Final = 10
_AMOUNTS: Final = ("input_per_1k", "output_per_1k")
_NOT_COMPARED: Final = frozenset({"extras", "model_id", *_AMOUNTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A complete answer: offers by model id, and those that were offered before, by id, with the time since when not.

    Times are RFC 3339. `changes` compares it with the snapshot before; the first one of all has none.
    """

    basis: str
    fetched_at: str
    offered: Mapping[str, Offer]
    missing: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def next_snapshot(previous: Snapshot | None, offers: Sequence[Offer], *, basis: str, fetched_at: str) -> Snapshot:
    """Return the snapshot that the complete answer makes. Nothing is ever deleted: what is gone is missing since then.

    A snapshot of another basis (endpoint, key or settings) is not compared with.
    """
    offered = {offer["model_id"]: offer for offer in offers}
    if previous is None or previous.basis != basis:
        return Snapshot(basis=basis, fetched_at=fetched_at, offered=offered)
    gone = [model_id for model_id in previous.offered if model_id not in offered]
    missing = {model_id: since for model_id, since in previous.missing.items() if model_id not in offered}
    return Snapshot(
        basis=basis,
        fetched_at=fetched_at,
        offered=offered,
        missing=missing | dict.fromkeys(gone, fetched_at),
        changes=changes_between(previous, offered) | {"since": previous.fetched_at, "missing": gone},
    )


def changes_between(previous: Snapshot, offered: Mapping[str, Offer]) -> dict[str, Any]:
    """Return what is new, back again, described otherwise, and priced otherwise."""
    added: list[str] = []
    returned: list[str] = []
    changed: list[dict[str, Any]] = []
    price_moved: list[dict[str, Any]] = []
    for model_id, offer in offered.items():
        before = previous.offered.get(model_id)
        if before is None:
            (returned if model_id in previous.missing else added).append(model_id)
            continue
        fields = _differing(before, offer)
        if fields:
            changed.append({"modelId": model_id, "fields": fields})
        price_moved += _moves(model_id, before, offer)
    return {"added": added, "returned": returned, "changed": changed, "priceMoved": price_moved}


def _differing(before: Offer, after: Offer) -> list[dict[str, Any]]:
    names = [name for name in dict.fromkeys([*before, *after]) if name not in _NOT_COMPARED]
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _moves(model_id: str, before: Offer, after: Offer) -> list[dict[str, Any]]:
    return [
        {
            "modelId": model_id,
            "field": name,
            "before": before.get(name),
            "after": after.get(name),
            "suspicious": is_suspicious(before.get(name), after.get(name)),
        }
        for name in _AMOUNTS
        if before.get(name) != after.get(name)
    ]


def is_suspicious(before: str | None, after: str | None) -> bool:
    """Tell whether a price moved by more than ten times, or between something and nothing at all."""
    if before is None or after is None:
        return False
    low, high = sorted((Decimal(before), Decimal(after)))
    return high > 0 and (low == 0 or high / low > SUSPICIOUS_FACTOR)
