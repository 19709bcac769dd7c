"""Which secrets of a resource have to be sent: as far as it can be known, those that are not there yet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from application.declaration.errors import Finding
from application.declaration.resources import DeclaredResource, ExistingResource, Secret

_AGAIN: Final = "given again"
_ELSEWHERE: Final = "stored secrets are never sent to another endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the organization has in a field, and what is declared. Of secrets there are only hints."""

    field: str
    present: Any
    wanted: Any


@dataclass(slots=True, kw_only=True)
class SecretChanges:
    """The texts to send, by field; none removes the secret. `findings` prevent the change, `notes` list what stays."""

    texts: dict[str, Any] = field(default_factory=dict, repr=False)
    differences: list[Difference] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def needed(self, wanted: DeclaredResource, name: str, secret: Secret) -> str:
        """Return the text of a secret; it is a finding that there is none."""
        if secret.text is None:
            message = f"is not there: {secret.source} is not set or empty"
            self.findings.append(Finding(place=f"{wanted.place}/{name}", message=message))
        return secret.text or ""

    def headers(self, wanted: DeclaredResource) -> dict[str, str]:
        """Return the values of all extra headers."""
        headers = wanted.headers or {}
        return {name: self.needed(wanted, f"extraHeaders/{name}", secret) for name, secret in headers.items()}


def new_secrets(wanted: DeclaredResource) -> SecretChanges:
    """Return what a resource that is made needs: all that it declares."""
    changes = SecretChanges()
    for name, secret in wanted.secrets.items():
        if secret is not None:
            changes.texts[name] = changes.needed(wanted, name, secret)
    if wanted.headers:
        changes.texts["extraHeaders"] = changes.headers(wanted)
    return changes


def changed_secrets(
    wanted: DeclaredResource,
    present: ExistingResource,
    *,
    shown: Callable[[str, str], str],
    is_moved: bool,
    sends_all: bool,
) -> SecretChanges:
    """Return what a resource that is there needs: what differs from what is shown of it, or all if `sends_all`.

    Where it `is_moved` to another endpoint, all its secrets have to be given: none is sent there by itself.
    """
    changes = SecretChanges()
    for name, secret in wanted.secrets.items():
        there = present.shown.get(name)
        if secret is None:
            if there is not None:
                changes.differences.append(Difference(field=name, present=there, wanted=None))
                changes.texts[name] = None
        elif secret.text is None and there is not None and not is_moved:
            stays = f"{name} of the {wanted.kind} {wanted.label} stays"
            changes.notes.append(f"The {stays}: {secret.source} is not set, and cannot be compared with it.")
        else:
            text = changes.needed(wanted, name, secret)
            hint = shown(name, text)
            if hint != there or is_moved or sends_all:
                told = _AGAIN if hint == there else hint
                changes.differences.append(Difference(field=name, present=there, wanted=told))
                changes.texts[name] = text
    if is_moved and present.shown.get("apiKey") and "apiKey" not in wanted.secrets:
        changes.findings.append(Finding(place=wanted.place, message=f"needs an apiKey: {_ELSEWHERE}"))
    _compare_headers(changes, wanted, present, is_moved=is_moved, sends_all=sends_all)
    return changes


def _compare_headers(
    changes: SecretChanges, wanted: DeclaredResource, present: ExistingResource, *, is_moved: bool, sends_all: bool
) -> None:
    """Compare extra headers by their names, which are all that is shown of them."""
    if wanted.headers is None:
        if is_moved and present.headers:
            changes.findings.append(Finding(place=wanted.place, message=f"needs its extraHeaders: {_ELSEWHERE}"))
        return
    names, there = {name.lower() for name in wanted.headers}, {name.lower() for name in present.headers}
    if names == there and not (names and (is_moved or sends_all)):
        return
    told = sorted(wanted.headers) if names != there else _AGAIN
    changes.differences.append(Difference(field="extraHeaders", present=sorted(present.headers), wanted=told))
    gone = dict.fromkeys(name for name in present.headers if name.lower() not in names)
    changes.texts["extraHeaders"] = gone | changes.headers(wanted)
