"""Which model would run a prompt, and why each other would not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from application.caller import current_caller
from application.ports.clock import Clock, Timer
from application.prompts.cool_downs import CoolDowns
from application.prompts.runnable_models_cache import RunnableModelsCache
from application.prompts.selection_candidates import (
    ModelSelector,
    RankedCandidate,
    Requirements,
    RuleFinding,
    Selection,
    ShownCoolDown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectModel:
    """Explain a choice. Viewers and up; no provider is called."""

    selector: ModelSelector
    has_images: bool = False


async def select_model(
    query: SelectModel, *, runnable_models: RunnableModelsCache, cool_downs: CoolDowns, clock: Clock, timer: Timer
) -> Selection:
    """Return the requested models, or those for a set of needs, with rank, share, cool-down and findings.

    They are in the order in which they are tried: those that cool down last, and before them those of no weight.

    Raises:
        ModelNotFound: none has the requested name or id.
        Unavailable: the database cannot be reached.
    """
    if isinstance(query.selector, Requirements):
        selection = await runnable_models.explained(query.selector, has_images=query.has_images)
    else:
        selection = (await runnable_models.chosen(query.selector, has_images=query.has_images)).selection
    organization_id = current_caller().organization_id
    now, here = clock.now(), timer.now()
    kept: list[RankedCandidate] = []
    for ranked in selection.ranked_candidates:
        cool_down = cool_downs.of(organization_id, ranked.candidate) if ranked.is_kept else None
        if cool_down is not None:
            until = now + timedelta(seconds=max(0.0, cool_down.until - here))
            finding = RuleFinding("cool-down", f"It is tried last until {until:%H:%M:%S} UTC: {cool_down.reason}.")
            shown = ShownCoolDown(until=until, reason=cool_down.reason)
            kept.append(replace(ranked, cool_down=shown, findings=(*ranked.findings, finding)))
        elif ranked.is_kept:
            kept.append(ranked)
    dropped = [ranked for ranked in selection.ranked_candidates if not ranked.is_kept]
    return replace(selection, ranked_candidates=(*_in_order(kept), *dropped))


def _in_order(kept: Sequence[RankedCandidate]) -> list[RankedCandidate]:
    ordered = sorted(kept, key=_place)
    shares = _shares(ordered)
    return [replace(ranked, rank=rank, share=shares[rank - 1]) for rank, ranked in enumerate(ordered, start=1)]


def _place(ranked: RankedCandidate) -> tuple[object, ...]:
    if ranked.cool_down is not None:
        return (1, ranked.cool_down.until)
    return (0, ranked.weight == 0, ranked.tier, -ranked.weight, ranked.rank)


def _shares(ordered: Sequence[RankedCandidate]) -> list[float]:
    """Return for each its share of first calls: all prompts are sent to the first tier that can take them."""
    if not ordered:
        return []
    first = ordered[0]
    if first.cool_down is not None:
        return [1.0, *[0.0] * (len(ordered) - 1)]
    takes_part = [
        each.cool_down is None and each.tier == first.tier and (each.weight == 0) == (first.weight == 0)
        for each in ordered
    ]
    weights = [(each.weight or 1.0) if takes else 0.0 for each, takes in zip(ordered, takes_part, strict=True)]
    return [weight / sum(weights) for weight in weights]
