"""Change an access key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from application.access_keys.access_keys import AccessKeys
from application.access_keys.restricted_models import checked_restriction
from application.policies.merge_patch import merge_patch
from application.policies.newest_revision import SeenFields, on_newest, patched_members
from application.ports.clock import Clock
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from application.unset import UNSET, Unset
from domain.access_key.aggregate import AccessKey
from domain.access_key.values import Limits, Restriction
from domain.budget import Budget

_LIMIT_POINTERS: Final = {
    "requests_per_minute": "/limits/requestsPerMinute",
    "tokens_per_minute": "/limits/tokensPerMinute",
    "concurrent": "/limits/concurrent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccessKey:
    """Change what is mentioned, leave the rest. Administrators only, never a key.

    `limits` and `labels` are merged into those there are (RFC 7396); None for one of them removes all. None for a list
    of ids lifts the restriction.
    """

    key_id: UUID
    expected_revision: int | None = None
    name: str | Unset = UNSET
    model_ids: Sequence[UUID] | Unset | None = UNSET
    provider_ids: Sequence[UUID] | Unset | None = UNSET
    limits: Mapping[str, int | None] | Unset | None = UNSET
    budget: Budget | Unset | None = UNSET
    labels: Mapping[str, str | None] | Unset | None = UNSET
    expires_at: datetime | Unset | None = UNSET
    is_enabled: bool | Unset = UNSET


async def change_access_key(
    command: ChangeAccessKey, *, keys: AccessKeys, models: Models, directory: RegisteredModels, clock: Clock
) -> Recorded:
    """Return the key's revision after the change, the old one when it changes nothing.

    Raises:
        AccessKeyNotFound: the organization has no such key.
        StaleRevision: its revision is not the expected one.
        FieldsChanged: another command changed the same fields at the same time. Other fields do not matter.
        InvalidInput: there is no such model or provider.
        InvalidValue, ExpiryPassed: a value is outside what its field allows.
    """
    seen = SeenFields()

    async def change() -> Recorded:
        key = await keys.get(command.key_id, expected_revision=command.expected_revision)
        seen.check(_mentioned_fields(key, command))
        await _restrict(key, command, models, directory)
        _apply(key, command, clock)
        return await keys.save(key)

    return await on_newest(change)


def _mentioned_fields(key: AccessKey, command: ChangeAccessKey) -> dict[str, Any]:
    """Return what the key holds in the fields that the command changes, by their pointers in a patch."""
    limits = {name: getattr(key.limits, name) for name in _LIMIT_POINTERS}
    held = {
        "/name": (command.name, key.name),
        "/modelIds": (command.model_ids, key.restriction.model_ids),
        "/providerIds": (command.provider_ids, key.restriction.provider_ids),
        "/limits": (UNSET if command.limits else command.limits, limits),
        "/budget": (command.budget, (key.budget_usd, key.budget_period)),
        "/labels": (UNSET if command.labels else command.labels, key.labels),
        "/expiresAt": (command.expires_at, key.expires_at),
        "/isEnabled": (command.is_enabled, key.is_enabled),
    }
    fields: dict[str, Any] = {
        pointer: value for pointer, (wanted, value) in held.items() if not isinstance(wanted, Unset)
    }
    if isinstance(command.limits, Mapping):
        fields |= {_LIMIT_POINTERS[name]: limits[name] for name in command.limits}
    if isinstance(command.labels, Mapping):
        fields |= patched_members("/labels", key.labels, command.labels)
    return fields


def _apply(key: AccessKey, command: ChangeAccessKey, clock: Clock) -> None:
    if not isinstance(command.name, Unset):
        key.rename(command.name)
    if not isinstance(command.limits, Unset):
        limits = {name: getattr(key.limits, name) for name in Limits.__dataclass_fields__}
        key.change_limits(Limits(**{} if command.limits is None else limits | dict(command.limits)))
    if not isinstance(command.budget, Unset):
        key.change_budget(command.budget)
    if not isinstance(command.labels, Unset):
        key.change_labels({} if command.labels is None else merge_patch(dict(key.labels), dict(command.labels)))
    if not isinstance(command.expires_at, Unset):
        key.change_expiry(command.expires_at, now=clock.now())
    if not isinstance(command.is_enabled, Unset):
        key.enable() if command.is_enabled else key.disable()


async def _restrict(key: AccessKey, command: ChangeAccessKey, models: Models, directory: RegisteredModels) -> None:
    """Change the lists that are mentioned. Of the other one what was removed since may stay: nothing is found by it."""
    model_ids, provider_ids = command.model_ids, command.provider_ids
    mentioned = await checked_restriction(
        None if isinstance(model_ids, Unset) else model_ids,
        None if isinstance(provider_ids, Unset) else provider_ids,
        models=models,
        directory=directory,
    )
    kept = key.restriction
    key.restrict(
        Restriction(
            model_ids=kept.model_ids if isinstance(model_ids, Unset) else mentioned.model_ids,
            provider_ids=kept.provider_ids if isinstance(provider_ids, Unset) else mentioned.provider_ids,
        )
    )
