"""Plans are executed in an order in which nothing is in the way, and what became of each change is known."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from application.declaration.errors import DeclarationError, ServiceRefused, ServiceUnreachable
from application.declaration.execute_plan import MOST_TOGETHER, Done, Outcome, execute_plan
from application.declaration.organization import Created
from application.declaration.plan import Action, Change, Plan
from application.declaration.resources import ExistingResource, Kind, model_key, named_key
from entrypoints.cli.plan_output import failure_lines
from tests.fakes.declared_organization import FakeOrganization


def a_change(kind: Kind, name: str, action: Action = "create", **more: Any) -> Change:  # noqa: ANN401 - as the class
    key = more.pop("key", named_key(name))
    there = (
        None
        if action == "create"
        else ExistingResource(kind=kind, key=key, label=name, fields={}, id="old", revision=7)
    )
    return Change(action=action, kind=kind, key=key, label=name, present=there, **more)


def a_model(name: str, action: Action = "create", **more: Any) -> Change:  # noqa: ANN401 - as above
    patch = {} if action == "remove" else {"modelId": name}
    return a_change("model", name, action, key=model_key("P", name), patch=patch, **more)


async def executed(
    changes: Sequence[Change],
    organization: FakeOrganization,
    present: Sequence[ExistingResource] = (),
    *,
    stop_after: int = 10_000,
) -> tuple[Outcome, list[Done]]:
    reported: list[Done] = []
    plan = Plan(changes=changes, unchanged=0, undeclared=(), notes=())

    def is_stopped() -> bool:
        return len(reported) >= stop_after

    return await execute_plan(plan, present, organization, report=reported.append, is_stopped=is_stopped), reported


async def test_what_is_referred_to_comes_first_and_removals_last() -> None:
    organization = FakeOrganization()
    reference = {"provider": "p", "modelId": "m"}
    key_patch = {"models": [reference], "providers": ["P"]}
    changes = [
        a_change("access key", "Key", patch=key_patch),
        a_model("m"),
        a_change("provider", "P", patch={"name": "P"}, secrets={"apiKey": "sk"}),
        a_model("old", "remove"),
        a_change("webhook", "Hook", "remove"),
    ]
    outcome, reported = await executed(changes, organization)
    assert organization.requests == [
        ("create", "provider", {"name": "P", "apiKey": "sk"}),
        ("models", [{"op": "create", "providerId": "id-1", "modelId": "m"}]),
        ("create", "access key", {"modelIds": ["id-2-0"], "providerIds": ["id-1"]}),
        ("models", [{"op": "delete", "id": "old", "revision": 7}]),
        ("remove", "Hook"),
    ]
    assert outcome.error is None
    assert outcome.done == reported
    assert reported[2].secret == "secret of id-3"
    assert "secret of" not in repr(reported)


async def test_references_lead_to_what_is_there_already_and_null_to_all() -> None:
    there = [
        ExistingResource(kind="provider", key=named_key("P"), label="P", fields={}, id="p"),
        ExistingResource(kind="model", key=model_key("P", "m"), label="P: m", fields={}, id="m"),
    ]
    organization = FakeOrganization()
    patch = {"models": [{"provider": "P", "modelId": "m"}], "providers": None}
    await executed([a_change("access key", "Key", "change", patch=patch)], organization, there)
    assert organization.requests == [("change", "Key", {"modelIds": ["m"], "providerIds": None})]


async def test_models_are_made_many_at_a_time_and_offered_ones_as_they_are_offered() -> None:
    there = [ExistingResource(kind="provider", key=named_key("P"), label="P", fields={}, id="p")]
    organization = FakeOrganization()
    many = [a_model(f"m{number}") for number in range(MOST_TOGETHER + 1)]
    await executed([*many, a_model("o1", is_offered=True), a_model("o2", is_offered=True)], organization, there)
    assert [len(request[1]) for request in organization.requests[:2]] == [MOST_TOGETHER, 1]
    assert organization.requests[2:] == [("import", "p", ["o1", "o2"])]


@pytest.mark.parametrize(
    ("error", "is_unknown", "first"),
    [
        (ServiceRefused("No."), False, "This could not be created: model m; model n. No."),
        (ServiceUnreachable("Gone."), True, "It is not known whether this was created: model m; model n. Gone."),
    ],
)
async def test_the_first_failure_ends_it_and_everything_is_accounted_for(
    error: DeclarationError, is_unknown: bool, first: str
) -> None:
    changes = [a_change("provider", "P"), a_model("m"), a_model("n"), a_change("access key", "Key", patch={})]
    outcome, reported = await executed(changes, FakeOrganization(failing=1, error=error))
    assert [each.change.label for each in reported] == ["P"]
    assert [change.label for change in outcome.failed] == ["m", "n"]
    assert [change.label for change in outcome.left] == ["Key"]
    assert outcome.is_unknown is is_unknown
    lines = list(failure_lines(outcome))
    assert lines[0] == first
    assert lines[1:] == [
        "Done before: provider P.",
        "Not done: access key Key. Run the command again once the cause is fixed: what is done stays.",
    ]


async def test_who_stops_it_is_told_what_was_done() -> None:
    changes = [a_change("provider", "P"), a_change("provider", "Q"), a_change("provider", "R")]
    organization = FakeOrganization()
    outcome, _ = await executed(changes, organization, stop_after=1)
    assert len(organization.requests) == 1
    assert list(failure_lines(outcome)) == [
        "It was stopped.",
        "Done before: provider P.",
        "Not done: provider Q; provider R. Run the command again once the cause is fixed: what is done stays.",
    ]


class SilentOrganization(FakeOrganization):
    """Makes one thing, and does not answer after that."""

    def __init__(self) -> None:
        super().__init__()
        self.is_silent = asyncio.Event()

    async def create(self, kind: Kind, fields: Mapping[str, Any]) -> Created:
        if self.requests:
            self.is_silent.set()
            await asyncio.Event().wait()
        return await super().create(kind, fields)


async def test_who_does_not_wait_for_an_answer_is_told_that_nobody_knows() -> None:
    organization = SilentOrganization()
    changes = [a_change("provider", "P"), a_change("provider", "Q"), a_change("provider", "R")]
    carrying = asyncio.ensure_future(executed(changes, organization))
    await asyncio.wait_for(organization.is_silent.wait(), 10)
    carrying.cancel()
    outcome, _ = await carrying
    assert outcome.is_unknown
    assert list(failure_lines(outcome)) == [
        "It is not known whether this was created: provider Q. It was stopped before the service answered.",
        "Done before: provider P.",
        "Not done: provider R. Run the command again once the cause is fixed: what is done stays.",
    ]
