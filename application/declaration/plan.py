"""The changes that make an organization match a declaration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from application.declaration.errors import DeclarationRefused, Finding
from application.declaration.normal_forms import normal, patch_to, same
from application.declaration.resources import (
    NAMED,
    Declaration,
    DeclaredResource,
    ExistingResource,
    Key,
    Kind,
    TypeOfProvider,
    model_key,
    named_key,
    section_of,
)
from application.declaration.secret_changes import Difference, SecretChanges, changed_secrets, new_secrets

Action = Literal["create", "change", "remove"]

Place = tuple[Kind, "Key"]

_MERGED: Final = frozenset({"settings", "config", "labels", "limits", "pricing"})
"""Objects of which a patch names the members that change."""

_FOR_LIFE: Final[Mapping[Kind, str]] = {"provider": "providerType", "access key": "scope"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do. `patch` are the fields to write, without the `secrets`, whose text is in no representation."""

    action: Action
    kind: Kind
    key: Key
    label: str
    differences: Sequence[Difference] = ()
    patch: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    present: ExistingResource | None = None
    is_offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, in the order in which it is done, and what is not.

    `undeclared` exists, and stays though the declaration does not have it; `notes` are sentences about what is left.
    """

    changes: Sequence[Change]
    unchanged: int
    undeclared: Sequence[ExistingResource]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """`is_removing`: what is not declared is removed. `sends_secrets`: those that cannot be compared are sent too."""

    is_removing: bool = False
    sends_secrets: bool = False


class Planner:
    """Compares the wanted state with the present one; it has no clock and makes no calls."""

    def __init__(
        self,
        present: Sequence[ExistingResource],
        *,
        types: Mapping[str, TypeOfProvider],
        now: datetime,
        shown: Callable[[str, str], str],
        options: PlanOptions,
    ) -> None:
        """`shown` returns what the service shows of a secret, given the name of its field and its text."""
        self._present = present
        self._types = types
        self._now = now
        self._shown = shown
        self._options = options
        self._findings: list[Finding] = []
        self._notes: list[str] = []

    def plan(self, declaration: Declaration) -> Plan:
        """Return the plan.

        Raises:
            DeclarationRefused: it names what is missing, duplicate or impossible; it lists every finding.
        """
        wanted = self._wanted_by_key(declaration)
        there = self._present_by_key(declaration, wanted)
        extra = [
            resource
            for place, resource in there.items()
            if place not in wanted and section_of(*place) in declaration.sections
        ]
        removed = extra if self._options.is_removing else []
        gone = {(each.kind, each.key) for each in removed}
        known = {place for place in wanted.keys() | there.keys() if not _is_removed(place, gone)}
        changes: list[Change] = []
        for place, resource in wanted.items():
            self._check_references(resource, known)
            self._check_type(resource)
            change = self._creation(resource) if place not in there else self._change(resource, there[place])
            if change is not None:
                changes.append(change)
        if self._findings:
            raise DeclarationRefused(self._findings)
        return Plan(
            changes=[*changes, *_removals(removed, gone)],
            unchanged=len(wanted) - len(changes),
            undeclared=[each for each in extra if (each.kind, each.key) not in gone],
            notes=self._notes,
        )

    def _present_by_key(
        self, declaration: Declaration, wanted: Mapping[Place, DeclaredResource]
    ) -> dict[Place, ExistingResource]:
        there: dict[Place, ExistingResource] = {}
        for resource in self._present:
            place = (resource.kind, resource.key)
            if place in there and (place in wanted or section_of(*place) in declaration.sections):
                message = f"is ambiguous: the organization has several with the name {resource.label}"
                self._find(f"The {resource.kind}s", message)
            there[place] = resource
        return there

    def _wanted_by_key(self, declaration: Declaration) -> dict[Place, DeclaredResource]:
        wanted: dict[Place, DeclaredResource] = {}
        for resource in declaration.resources:
            first = wanted.setdefault((resource.kind, resource.key), resource)
            if first is not resource:
                self._find(resource.place, f"is the {resource.kind} {resource.label} again, after {first.place}")
        return wanted

    def _check_references(self, wanted: DeclaredResource, known: set[Place]) -> None:
        if wanted.kind != "access key":
            return
        for index, reference in enumerate(wanted.fields.get("models") or ()):
            if ("model", model_key(reference["provider"], reference["modelId"])) not in known:
                place = f"{wanted.place}/models/{index}"
                self._find(place, "is no model that the file or the organization has")
        for index, name in enumerate(wanted.fields.get("providers") or ()):
            if ("provider", named_key(name)) not in known:
                self._find(f"{wanted.place}/providers/{index}", "is no provider that the file or the organization has")

    def _check_type(self, wanted: DeclaredResource) -> None:
        if wanted.kind != "provider":
            return
        name = wanted.fields["providerType"]
        known = self._types.get(name)
        if known is None:
            self._find(f"{wanted.place}/providerType", f"is none of {', '.join(self._types)}")
            return
        for setting in wanted.fields.get("settings", {}):
            if setting not in known.settings:
                listed = ", ".join(sorted(known.settings)) or "none"
                self._find(f"{wanted.place}/settings/{setting}", f"is no setting of {name}, which has {listed}")

    def _creation(self, wanted: DeclaredResource) -> Change:
        self._check_expiry(wanted)
        if wanted.kind == "provider" and "endpoint" not in wanted.fields:
            known = self._types.get(wanted.fields["providerType"])
            if known is not None and not known.has_endpoint:
                self._find(wanted.place, "needs an endpoint: its type has none of its own")
        fields = {name: value for name, value in wanted.fields.items() if value is not None}
        return Change(
            action="create",
            kind=wanted.kind,
            key=wanted.key,
            label=wanted.label,
            patch=fields,
            secrets=self._kept(new_secrets(wanted)),
            is_offered=wanted.is_offered,
        )

    def _change(self, wanted: DeclaredResource, present: ExistingResource) -> Change | None:
        differences, patch = self._differences(wanted, present)
        changes = changed_secrets(
            wanted,
            present,
            shown=self._shown,
            is_moved="endpoint" in patch,
            sends_all=self._options.sends_secrets,
        )
        secrets = self._kept(changes)
        if wanted.kind == "provider" and "endpoint" not in wanted.fields and any(secrets.values()):
            place = f"{present.fields['endpoint']}, which the file does not name"
            self._notes.append(f"The secrets given to the provider {present.label} are for {place}.")
        differences += changes.differences
        if not differences:
            return None
        if any(each.field == "expiresAt" for each in differences):
            self._check_expiry(wanted)
        return Change(
            action="change",
            kind=wanted.kind,
            key=wanted.key,
            label=present.label,
            differences=differences,
            patch=patch,
            secrets=secrets,
            present=present,
        )

    def _differences(
        self, wanted: DeclaredResource, present: ExistingResource
    ) -> tuple[list[Difference], dict[str, Any]]:
        differences: list[Difference] = []
        patch: dict[str, Any] = {}
        for name, value in wanted.fields.items():
            one, other = normal(name, value), normal(name, present.fields.get(name))
            if same(one, other):
                continue
            if name == _FOR_LIFE.get(wanted.kind):
                message = f"is {present.fields[name]} for life in the organization: give this one another name"
                self._find(f"{wanted.place}/{name}", message)
            if name in _MERGED and isinstance(one, dict) and isinstance(other, dict):
                differences += _members(name, one, other)
            else:
                differences.append(Difference(field=name, present=present.fields.get(name), wanted=value))
            patch[name] = patch_to(one, other or {}) if name in _MERGED else value
        return differences, patch

    def _kept(self, changes: SecretChanges) -> Mapping[str, Any]:
        """Remember what was found about secrets, and return those to send."""
        self._findings += changes.findings
        self._notes += changes.notes
        return changes.texts

    def _check_expiry(self, wanted: DeclaredResource) -> None:
        expires_at = wanted.fields.get("expiresAt")
        if expires_at is not None and expires_at <= self._now:
            self._find(f"{wanted.place}/expiresAt", "has passed")

    def _find(self, place: str, message: str) -> None:
        self._findings.append(Finding(place=place, message=message))


def _members(name: str, wanted: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """Return which members of an object differ."""
    return [
        Difference(field=f"{name}.{member}", present=present.get(member), wanted=wanted.get(member))
        for member in dict.fromkeys([*wanted, *present])
        if not same(wanted.get(member), present.get(member))
    ]


def _is_removed(place: Place, gone: set[Place]) -> bool:
    """Return whether this is removed, by itself or with its provider."""
    kind, key = place
    return place in gone or (kind == "model" and ("provider", key[:1]) in gone)


def _removals(removed: Sequence[ExistingResource], gone: set[Place]) -> list[Change]:
    """Return what is removed, in an order in which nothing is in the way: models go with their provider."""
    order = [*reversed(NAMED)]
    order.insert(order.index("provider"), "model")
    ordered = sorted(
        (each for each in removed if each.kind != "model" or ("provider", each.key[:1]) not in gone),
        key=lambda each: order.index(each.kind),
    )
    return [Change(action="remove", kind=each.kind, key=each.key, label=each.label, present=each) for each in ordered]
