"""Selects the models for a prompt and explains the choice.

A model is requested by name (its id here, or its provider's name for it), or described by a need. A name is a person's
decision: only what makes a call impossible refuses the model, and all else is a warning.

| rule                | a need drops the model when                                          | requested by name |
|---------------------|----------------------------------------------------------------------|-------------------|
| `disabled`          | it is disabled                                                       | refused           |
| `provider-disabled` | its provider is disabled                                             | refused           |
| `no-key`            | its provider cannot be called without a key, and has none            | refused           |
| `config`            | its config holds a parameter that cannot be used                     | refused           |
| `unhealthy`         | its provider was found unhealthy                                     | warning           |
| `retired`           | its provider has retired it                                          | warning           |
| `type`              | its type does not serve the one needed (below), or is unknown        | warning           |
| `capability`        | it is not known to have one of the capabilities needed               | -                 |
| `context-window`    | its context window is too small, or unknown and a size is needed     | -                 |
| `cost`              | `costPer1kTokens` is too high, or unknown and a maximum is given     | -                 |
| `images`            | the prompt has images, and it is not known to read them              | warning           |

Types: without one any that answers in text will do (language, multimodal, vision). A multimodal model also serves
`language`, and `vision` when it is known to read images; every other type serves itself alone.

What can be used but keeps failing cools down (application/prompts/cool_downs.py): it is tried after all others.

Order of those that are kept: `cheapest` by the price of 1,000 tokens read and 1,000 written, unknown last; `fastest` by
the mean time of recent successful calls, unknown last; `preferred` by `config.preference` (lowest first, none last),
then by the provider's health (healthy, unknown, degraded), then as `cheapest`. Models requested by name are ordered as
`preferred`. Equal ones are in the order of their names, then of their ids.

Prompts are spread among those that are as good as each other, their tier: requested by name those of the same
preference and health, whatever they cost; by a need those that rank equally but for their ids. Each is called
for its part by `config.weight` (1 by default; with 0 it is called when all others have failed), less if it
has more calls under way for its weight than another one (application/prompts/candidate_queue.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from application.prompts.selection_candidates import Candidate, RankedCandidate, Requirements, RuleFinding, Selection

READS_IMAGES: Final = "vision"
TEXT_TYPES: Final = ("language", "multimodal", "vision")
REFUSALS: Final = frozenset({"disabled", "provider-disabled", "no-key", "config"})
"""The rules that refuse even a model requested by name."""

_HEALTH: Final = {"healthy": 0, "unknown": 1, "degraded": 2, "unhealthy": 3}
_ANYTHING: Final = Requirements()
# Preference, whether there is one, and health: what else the order of named ones rests on does not part them.
_NAMED_ALIKE: Final = 3


def select(
    candidates: Iterable[Candidate],
    need: Requirements | None,
    *,
    has_images: bool = False,
    latencies: Mapping[UUID, float] | None = None,
) -> Selection:
    """Return all candidates: kept ones by rank, then dropped ones in the given order.

    No need means that all of them were requested by name. `latencies` are milliseconds by model.
    """
    strategy = "preferred" if need is None else need.strategy
    kept: list[tuple[Candidate, tuple[RuleFinding, ...]]] = []
    dropped: list[RankedCandidate] = []
    for candidate in candidates:
        findings = tuple(_findings(candidate, need, has_images=has_images))
        if any(need is not None or finding.rule in REFUSALS for finding in findings):
            dropped.append(RankedCandidate(candidate, None, findings))
        else:
            kept.append((candidate, findings))
    known = latencies or {}
    kept.sort(key=lambda entry: _key(entry[0], strategy, known))
    ranked_candidates: list[RankedCandidate] = []
    tier, place = 0, None
    for rank, (candidate, findings) in enumerate(kept, start=1):
        key = _key(candidate, strategy, known)
        here = key[:_NAMED_ALIKE] if need is None else key[:-1]
        if here != place:
            tier, place = tier + 1, here
        ranked = RankedCandidate(candidate, rank, (*findings, _reason(candidate, need, known)), tier)
        ranked_candidates.append(ranked)
    return Selection((*ranked_candidates, *dropped))


def types_serving(wanted: str | None) -> list[str]:
    """Return the types of models that may serve the one wanted."""
    if wanted is None:
        return list(TEXT_TYPES)
    if wanted == "unknown":
        return []
    return list(dict.fromkeys((wanted, "multimodal"))) if wanted in TEXT_TYPES else [wanted]


def _findings(candidate: Candidate, need: Requirements | None, *, has_images: bool) -> Iterator[RuleFinding]:
    if not candidate.is_enabled:
        yield RuleFinding("disabled", "The model is disabled.")
    if not candidate.provider_is_enabled:
        yield RuleFinding("provider-disabled", f"Its provider {candidate.provider_name} is disabled.")
    if candidate.lacks_key:
        yield RuleFinding(
            "no-key", f"Its provider {candidate.provider_name} has no API key, and cannot be called without."
        )
    if candidate.defaults.problem is not None:
        yield RuleFinding("config", f"Its config cannot be used: {candidate.defaults.problem}.")
    if candidate.health == "unhealthy":
        yield RuleFinding("unhealthy", f"Its provider {candidate.provider_name} was found unhealthy.")
    if candidate.is_retired:
        yield RuleFinding("retired", "Its provider has retired it.")
    yield from _misfits(candidate, need or _ANYTHING)
    if has_images and not _reads_images(candidate):
        yield RuleFinding("images", "It is not known to read images, and the prompt has some.")


def _misfits(candidate: Candidate, need: Requirements) -> Iterator[RuleFinding]:
    if not _serves(candidate, need.type):
        wanted = "one that answers in text" if need.type is None else need.type
        yield RuleFinding("type", f"Its type is {candidate.type}, and what is needed is {wanted}.")
    for capability in sorted(need.capabilities - candidate.capabilities):
        yield RuleFinding("capability", f"It is not known to have the capability {capability}.")
    window, least = candidate.context_window, need.min_context_window
    if least is not None and window is None:
        yield RuleFinding("context-window", "Its context window is not known.")
    elif least is not None and window is not None and window < least:
        yield RuleFinding("context-window", f"Its context window is {window:,} tokens, and {least:,} are needed.")
    yield from _too_dear(candidate, need.max_cost_per_1k)


def _too_dear(candidate: Candidate, highest: Decimal | None) -> Iterator[RuleFinding]:
    if highest is None:
        return
    cost = None if candidate.price is None else candidate.price.headline
    if cost is None:
        yield RuleFinding("cost", "Its cost is not known.")
    elif cost > highest:
        yield RuleFinding(
            "cost",
            f"It costs {_per_million(cost)} USD per 1M tokens, and {_per_million(highest)} is the most allowed.",
        )


def _per_million(per_1k: Decimal) -> str:
    """Return the unit in which people compare prices; fields of the API are per 1,000 tokens."""
    return f"{(per_1k * 1000).normalize():f}"


def _serves(candidate: Candidate, wanted: str | None) -> bool:
    if wanted is None:
        return candidate.type in TEXT_TYPES
    if candidate.type == "multimodal" and wanted in TEXT_TYPES:
        return wanted != "vision" or READS_IMAGES in candidate.capabilities
    return candidate.type == wanted and wanted != "unknown"


def _reads_images(candidate: Candidate) -> bool:
    return candidate.type == "vision" or READS_IMAGES in candidate.capabilities


def _key(candidate: Candidate, strategy: str, latencies: Mapping[UUID, float]) -> tuple[Any, ...]:
    cost = candidate.cost_of_both
    price = (cost is None, 0 if cost is None else cost)
    name = (candidate.name, candidate.id)
    if strategy == "cheapest":
        return (*price, _HEALTH[candidate.health], *name)
    if strategy == "fastest":
        latency = latencies.get(candidate.id)
        return (latency is None, latency or 0.0, _HEALTH[candidate.health], *price, *name)
    preference = candidate.defaults.preference
    return (preference is None, preference or 0.0, _HEALTH[candidate.health], *price, *name)


def _reason(candidate: Candidate, need: Requirements | None, latencies: Mapping[UUID, float]) -> RuleFinding:
    """Explain the candidate's rank."""
    cost = candidate.cost_of_both
    dear = "its cost is not known" if cost is None else f"{_per_million(cost)} USD per 1M tokens read and 1M written"
    if need is None:
        return RuleFinding("asked-for", "It was requested by name.")
    if need.strategy == "cheapest":
        return RuleFinding("cheapest", f"{dear[0].upper()}{dear[1:]}.")
    if need.strategy == "fastest":
        latency = latencies.get(candidate.id)
        known = "Its speed is not known yet" if latency is None else f"{latency:.0f} ms on average lately"
        return RuleFinding("fastest", f"{known}.")
    preference = candidate.defaults.preference
    first = "No preference" if preference is None else f"Preference {preference:g}"
    return RuleFinding("preferred", f"{first}; provider {candidate.health}; {dear}.")
