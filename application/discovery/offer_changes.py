"""Changes between two model lists of a provider, for review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from application.discovery.model_names import ModelNames, aliases_of
from domain.model.values import PRICED_KINDS

Offer = dict[str, Any]
Missing = dict[str, Any]

# A price that moves further than this is more likely a slip of units than a decision of the provider.
SUSPICIOUS_FACTOR: Final = 10

_COMPARED: Final = (
    "model_id",
    "name",
    "version",
    "type",
    "capabilities",
    "context_window",
    "max_tokens",
    "lifecycle",
    "retires_on",
    "base_model",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A complete answer: offers by model id, and what was offered before, by a name it had, with the time of its end.

    A missing entry is `{"since": ..., "aliases": [...]}`, with the further names of the first. Times are
    RFC 3339. `changes` compares with the snapshot before; the first one of an endpoint has none. The `basis` is the
    mark of what the answer depends on.
    """

    endpoint: str
    basis: str
    fetched_at: str
    offered: Mapping[str, Offer]
    missing: Mapping[str, Missing] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def next_snapshot(
    previous: Snapshot | None, offers: Sequence[Offer], *, endpoint: str, basis: str, fetched_at: str
) -> Snapshot:
    """Return the snapshot that the complete answer makes. No name is ever lost: what is gone is missing since then.

    Another key or other settings give the same models; another endpoint is another service, and what it
    offers is compared with nothing.
    """
    offered = {offer["model_id"]: offer for offer in offers}
    if previous is None or previous.endpoint != endpoint:
        return Snapshot(endpoint=endpoint, basis=basis, fetched_at=fetched_at, offered=offered)
    names = names_of(offered)
    return Snapshot(
        endpoint=endpoint,
        basis=basis,
        fetched_at=fetched_at,
        offered=offered,
        missing=_missing(previous, names, fetched_at),
        changes={
            "since": previous.fetched_at,
            "gone": [model_id for model_id in previous.offered if model_id not in names],
            **changes_between(previous, offered),
        },
    )


def _missing(previous: Snapshot, names: ModelNames, now: str) -> dict[str, Missing]:
    """Return the names that were known once and are not now, those of one model together, the longest missing first."""
    missing: dict[str, Missing] = {}
    reported: set[str] = set()
    entries = [([model_id, *entry["aliases"]], entry["since"]) for model_id, entry in previous.missing.items()]
    entries += [(_names_of_offer(offer), now) for offer in previous.offered.values()]
    for known, since in entries:
        lost = [name for name in known if name not in names and name not in reported]
        if lost:
            missing[lost[0]] = {"since": since, "aliases": lost[1:]}
            reported.update(lost)
    return missing


def _names_of_offer(offer: Offer) -> list[str]:
    return [offer["model_id"], *aliases_of(offer["model_id"], offer.get("extras", {}))]


def names_of(offered: Mapping[str, Offer]) -> ModelNames:
    """Return the names of the offered models."""
    return ModelNames({model_id: aliases_of(model_id, offer.get("extras", {})) for model_id, offer in offered.items()})


def names_no_longer_offered(missing: Mapping[str, Missing]) -> ModelNames:
    """Return the names of what was offered once."""
    return ModelNames({model_id: entry["aliases"] for model_id, entry in missing.items()})


def changes_between(previous: Snapshot, offered: Mapping[str, Offer]) -> dict[str, Any]:
    """Return what is new, back again, described otherwise, and priced otherwise. Amounts are text."""
    missing = names_no_longer_offered(previous.missing)
    added: list[str] = []
    returned: list[str] = []
    changed: list[dict[str, Any]] = []
    price_moved: list[dict[str, Any]] = []
    for model_id, offer in offered.items():
        names = _names_of_offer(offer)
        held_as = _held_as(names, previous, offered)
        if held_as is None:
            (returned if any(name in missing for name in names) else added).append(model_id)
            continue
        before = previous.offered[held_as]
        if fields := _differing(before, offer):
            changed.append({"model_id": model_id, "fields": fields})
        price_moved += _moves(model_id, before, offer)
    return {"added": added, "returned": returned, "changed": changed, "price_moved": price_moved}


def _held_as(names: Sequence[str], previous: Snapshot, offered: Mapping[str, Offer]) -> str | None:
    """Return the id under which the model was offered: its own, or one that is only an alias of it by now."""
    own, *aliases = names
    if own in previous.offered:
        return own
    return next((name for name in aliases if name in previous.offered and name not in offered), None)


def _differing(before: Offer, after: Offer) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in _COMPARED
        if before.get(name) != after.get(name)
    ]


def _moves(model_id: str, before: Offer, after: Offer) -> list[dict[str, Any]]:
    return [
        {
            "model_id": model_id,
            "field": f"{name}_tokens",
            "before": before.get(name),
            "after": after.get(name),
            "suspicious": is_suspicious(_amount(before.get(name)), _amount(after.get(name))),
        }
        for name in PRICED_KINDS
        if _amount(before.get(name)) != _amount(after.get(name))
    ]


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def is_suspicious(before: Decimal | None, after: Decimal | None) -> bool:
    """Return whether a price moved by more than ten times, or between something and nothing at all."""
    if before is None or after is None:
        return False
    low, high = sorted((before, after))
    return high > 0 and (low == 0 or high / low > SUSPICIOUS_FACTOR)
