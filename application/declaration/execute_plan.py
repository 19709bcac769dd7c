"""Executes a plan."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from application.declaration.errors import BrokenOff, DeclarationError, ServiceUnreachable, Stopped
from application.declaration.organization import DeclaredOrganization
from application.declaration.plan import Change, Place, Plan
from application.declaration.resources import ExistingResource, model_key, named_key

MOST_TOGETHER: Final = 500
"""Changes of models that are made in one transaction."""

_ORDER: Final = ("provider", "model", "budget", "access key", "webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change that was made; `secret` belongs to a new access key or webhook, and is shown only once."""

    change: Change
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a plan. `failed` are the changes that were tried last and could not be made, because of `error`.

    Where `is_unknown`, nobody knows whether they were made. What is `left` was not tried.
    """

    done: Sequence[Done]
    failed: Sequence[Change] = ()
    left: Sequence[Change] = ()
    error: DeclarationError | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether the failed changes may have been made all the same."""
        return isinstance(self.error, ServiceUnreachable)


async def execute_plan(
    plan: Plan,
    present: Iterable[ExistingResource],
    organization: DeclaredOrganization,
    *,
    report: Callable[[Done], None],
    is_stopped: Callable[[], bool],
) -> Outcome:
    """Make the changes one after the other, models of one step together, and return what became of them.

    The first one that fails ends it. `report` is called with each as soon as it is made. Where it `is_stopped`, what is
    under way is finished, so that it is known what was done. Whoever does not want to wait for that cancels it, and
    gets the outcome all the same.
    """
    ids: dict[Place, str] = {(each.kind, each.key): each.id for each in present}
    done: list[Done] = []
    steps = list(_steps(plan.changes))
    for number, step in enumerate(steps):
        if is_stopped():
            return Outcome(done=done, left=_all(steps[number:]), error=Stopped("It was stopped."))
        try:
            made = await _made(step, ids, organization)
        except DeclarationError as error:
            return Outcome(done=done, failed=step, left=_all(steps[number + 1 :]), error=error)
        except asyncio.CancelledError:
            broken_off = BrokenOff("It was stopped before the service answered.")
            return Outcome(done=done, failed=step, left=_all(steps[number + 1 :]), error=broken_off)
        for each in made:
            done.append(each)
            report(each)
    return Outcome(done=done)


def _all(steps: Iterable[Sequence[Change]]) -> list[Change]:
    return [change for step in steps for change in step]


def _steps(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Put what is referred to before what refers to it, and removals last, in the plan's order."""
    kept = [change for change in changes if change.action != "remove"]
    ordered = [*sorted(kept, key=lambda change: _ORDER.index(change.kind)), *changes[len(kept) :]]
    for kind, together in groupby(ordered, _step_kind):
        if kind is None:
            yield from ([change] for change in together)
            continue
        models = list(together)
        for start in range(0, len(models), MOST_TOGETHER):
            yield models[start : start + MOST_TOGETHER]


def _step_kind(change: Change) -> tuple[str, ...] | None:
    """Return what changes of models have in common that are made together; none for what is not a model."""
    if change.kind != "model":
        return None
    return change.key[:1] if change.is_offered else ()


async def _made(step: Sequence[Change], ids: dict[Place, str], organization: DeclaredOrganization) -> list[Done]:
    change = step[0]
    if change.is_offered:
        names = [each.patch["modelId"] for each in step]
        await organization.import_models(ids["provider", change.key[:1]], names)
        return [Done(change=each) for each in step]
    if change.kind == "model":
        found = await organization.change_models([_operation(each, ids) for each in step])
        ids.update({(each.kind, each.key): model_id for each, model_id in zip(step, found, strict=True)})
        return [Done(change=each) for each in step]
    fields = {**_with_ids(change.patch, ids), **change.secrets}
    if change.present is None:
        created = await organization.create(change.kind, fields)
        ids[change.kind, change.key] = created.id
        return [Done(change=change, secret=created.secret)]
    if change.action == "remove":
        await organization.remove(change.present)
    else:
        await organization.change(change.present, fields)
    return [Done(change=change)]


def _operation(change: Change, ids: Mapping[Place, str]) -> dict[str, Any]:
    """Return the change of a model as one of a bulk request."""
    if change.present is None:
        return {"op": "create", "providerId": ids["provider", change.key[:1]], **change.patch}
    op = "delete" if change.action == "remove" else "update"
    return {"op": op, "id": change.present.id, "revision": change.present.revision, **change.patch}


def _with_ids(fields: Mapping[str, Any], ids: Mapping[Place, str]) -> dict[str, Any]:
    """Return the fields with ids in place of the names of models and providers that an access key may use."""
    named = dict(fields)
    if "models" in named:
        models = named.pop("models")
        keys = [model_key(each["provider"], each["modelId"]) for each in models or ()]
        named["modelIds"] = None if models is None else [ids["model", key] for key in keys]
    if "providers" in named:
        providers = named.pop("providers")
        named["providerIds"] = None if providers is None else [ids["provider", named_key(name)] for name in providers]
    return named
