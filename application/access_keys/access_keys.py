"""The organization's access keys: the aggregates, the digests of their secrets, and what is shown of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from application.access_keys.stored_key import StoredKey
from application.ports.repositories import Repository
from application.ports.resource_documents import Documents
from application.recorded_revision import Recorded
from domain.access_key.aggregate import AccessKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretDigest:
    """The digest of the text of a key's newest secret."""

    key_id: UUID
    version: int
    digest: bytes = field(repr=False)


class AccessKeys(Repository["AccessKey"], Protocol):
    """Loads and saves access keys; `get` raises AccessKeyNotFound."""

    async def save(self, aggregate: AccessKey, *, secret: SecretDigest | None = None) -> Recorded:
        """Record what was decided, with the digest of a new secret, all or nothing.

        The digests that are not accepted any more by the events are deleted with it. Errors as for every repository.
        """
        ...


class KeySecrets(Protocol):
    """Looks into what is kept of the keys of the current caller's organization beside the log.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def holds(self, secret: SecretDigest) -> bool:
        """Return whether this is the digest of the version. It is not if another run of the command came first."""
        ...

    async def all_ids(self) -> Sequence[UUID]:
        """Return the ids of all keys that were not revoked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKeyFilter:
    """Which keys; None lets all through. `text` is looked for in the name, `label` is a name and a value."""

    scope: str | None = None
    is_enabled: bool | None = None
    text: str | None = None


AccessKeyDocuments = Documents[AccessKeyFilter]
"""The access keys of the current caller's organization, without their secrets."""


class StoredKeys(Protocol):
    """Reads keys for requests that present one, before the caller is authenticated.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def read(self, organization_id: UUID, key_id: UUID) -> tuple[int, StoredKey | None]:
        """Return the position of the organization's log, and the key as of then or newer; None if there is none."""
        ...

    async def sequence(self, organization_id: UUID) -> int:
        """Return the position of the organization's log; as long as it is the same, so are its keys."""
        ...


class KeyUses(Protocol):
    """Keeps when each key was last used, to the minute."""

    def note(self, organization_id: UUID, key_id: UUID) -> None:
        """Note that the key is used now; never fails and never waits."""
        ...
