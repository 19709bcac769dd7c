"""Revoke an access key."""

from dataclasses import dataclass
from uuid import UUID

from application.access_keys.access_keys import AccessKeys
from application.policies.newest_revision import change_newest
from application.recorded_revision import Recorded
from domain.access_key.aggregate import AccessKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAccessKey:
    """Accept a key no longer, and destroy the digests of its secrets. Administrators only, never a key."""

    key_id: UUID
    expected_revision: int | None = None


async def revoke_access_key(command: RevokeAccessKey, *, keys: AccessKeys) -> Recorded:
    """Return the key's last revision. It holds at once in this process, and within two seconds in all.

    Raises:
        AccessKeyNotFound: the organization has no such key.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """
    return await change_newest(keys, command.key_id, AccessKey.revoke, expected_revision=command.expected_revision)
