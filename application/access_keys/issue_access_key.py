"""Issue an access key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.access_keys.access_keys import AccessKeys, KeySecrets, SecretDigest
from application.access_keys.key_text import digest_of, hint_of, text_of
from application.access_keys.restricted_models import checked_restriction
from application.caller import current_caller
from application.ports.clock import Clock
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from domain.access_key.aggregate import AccessKey
from domain.access_key.values import NO_LIMITS, Limits, Scope
from domain.budget import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueAccessKey:
    """Make a key for a program. Administrators only, never another key."""

    name: str
    scope: Scope = "run"
    model_ids: Sequence[UUID] | None = None
    provider_ids: Sequence[UUID] | None = None
    limits: Limits = NO_LIMITS
    budget: Budget | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSecret:
    """What was recorded, and the text of the key; None where an earlier run of the command has returned it already."""

    recorded: Recorded
    text: str | None = field(repr=False)


async def issue_access_key(
    command: IssueAccessKey,
    *,
    keys: AccessKeys,
    secrets: KeySecrets,
    models: Models,
    directory: RegisteredModels,
    clock: Clock,
    new_secret: Callable[[], bytes],
) -> IssuedSecret:
    """Return the new key's id and revision with its text, which is kept nowhere.

    Raises:
        InvalidInput: there is no such model or provider.
        InvalidValue: a value is outside what its field allows.
        ExpiryPassed: the key would have expired already.
    """
    caller = current_caller()
    key_id = caller.new_id()
    text = text_of(caller.organization_id, key_id, new_secret())
    key = AccessKey.issue(
        key_id,
        name=command.name,
        scope=command.scope,
        hint=hint_of(text),
        issued_by=caller.actor,
        now=clock.now(),
        restriction=await checked_restriction(
            command.model_ids, command.provider_ids, models=models, directory=directory
        ),
        limits=command.limits,
        budget=command.budget,
        labels=command.labels,
        expires_at=command.expires_at,
        is_enabled=command.is_enabled,
    )
    return await saved_with_secret(key, text, keys=keys, secrets=secrets)


async def saved_with_secret(key: AccessKey, text: str, *, keys: AccessKeys, secrets: KeySecrets) -> IssuedSecret:
    """Save the key with its new secret. The text is returned only if it is the one that was recorded."""
    secret = SecretDigest(key_id=key.id, version=key.secret_version, digest=digest_of(text))
    recorded = await keys.save(key, secret=secret)
    return IssuedSecret(recorded=recorded, text=text if await secrets.holds(secret) else None)
