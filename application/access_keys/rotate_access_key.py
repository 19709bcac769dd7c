"""Replace the secret of an access key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.access_keys.access_keys import AccessKeys, KeySecrets
from application.access_keys.issue_access_key import IssuedSecret, saved_with_secret
from application.access_keys.key_text import hint_of, text_of
from application.caller import current_caller
from application.policies.newest_revision import on_newest
from application.ports.clock import Clock

LONGEST_GRACE: Final = 30 * 24 * 3600
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateAccessKey:
    """Give a key a new secret. Administrators only, never a key. The old one is accepted for some seconds more."""

    key_id: UUID
    grace_seconds: int = 0
    expected_revision: int | None = None


async def rotate_access_key(
    command: RotateAccessKey, *, keys: AccessKeys, secrets: KeySecrets, clock: Clock, new_secret: Callable[[], bytes]
) -> IssuedSecret:
    """Return the key's revision with its new text, which is kept nowhere.

    A secret that was in its grace already is not accepted any more.

    Raises:
        AccessKeyNotFound: the organization has no such key.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """
    text = text_of(current_caller().organization_id, command.key_id, new_secret())
    grace = timedelta(seconds=command.grace_seconds)

    async def rotate() -> IssuedSecret:
        key = await keys.get(command.key_id, expected_revision=command.expected_revision)
        key.rotate(hint_of(text), previous_valid_until=clock.now() + grace if grace else None)
        return await saved_with_secret(key, text, keys=keys, secrets=secrets)

    return await on_newest(rotate)
