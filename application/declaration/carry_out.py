"""Carries out a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from application.declaration.organization import ServiceUnreachable
from application.declaration.resources import model_key, named_key
from application.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from application.declaration.organization import DeclaredOrganization
    from application.declaration.plan import Change, Place, Plan
    from application.declaration.resources import Present

MOST_TOGETHER: Final = 500
"""Changes of models that are made in one transaction."""

_ORDER: Final = ("provider", "model", "budget", "access key", "webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change that was made; `secret` belongs to a new access key or webhook, and is told this once."""

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
    error: ApplicationError | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether the failed changes may have been made all the same."""
        return isinstance(self.error, ServiceUnreachable)


async def carry_out(
    plan: Plan, present: Iterable[Present], organization: DeclaredOrganization, tell: Callable[[Done], None]
) -> Outcome:
    """Make the changes one after the other, models of one step together, and return what became of them.

    The first one that fails ends it. `tell` is told of each as soon as it is made.
    """
    ids: dict[Place, str] = {(each.kind, each.key): each.id for each in present}
    done: list[Done] = []
    steps = list(_steps(plan.changes))
    for number, step in enumerate(steps):
        try:
            made = await _made(step, ids, organization)
        except ApplicationError as error:
            left = [change for later in steps[number + 1 :] for change in later]
            return Outcome(done=done, failed=step, left=left, error=error)
        for each in made:
            done.append(each)
            tell(each)
    return Outcome(done=done)


def _steps(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Put what is referred to before what refers to it, and what goes last; the plan has put that in order."""
    kept = [change for change in changes if change.action != "remove"]
    ordered = [*sorted(kept, key=lambda change: _ORDER.index(change.kind)), *changes[len(kept) :]]
    for is_model, together in groupby(ordered, lambda change: change.kind == "model"):
        if not is_model:
            yield from ([change] for change in together)
            continue
        models = list(together)
        for start in range(0, len(models), MOST_TOGETHER):
            yield models[start : start + MOST_TOGETHER]


async def _made(step: Sequence[Change], ids: dict[Place, str], organization: DeclaredOrganization) -> list[Done]:
    if step[0].kind == "model":
        found = await organization.change_models([_operation(change, ids) for change in step])
        ids.update({(change.kind, change.key): model_id for change, model_id in zip(step, found, strict=True)})
        return [Done(change=change) for change in step]
    change = step[0]
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
