"""Digests of access keys' secrets in memory."""

from collections.abc import Sequence
from uuid import UUID

from application.access_keys.access_keys import SecretDigest
from application.caller import current_caller
from domain.access_key.aggregate import AccessKey
from tests.fakes.ledger import FakeLedger


class FakeKeySecrets:
    """Fulfils `application.access_keys.access_keys.KeySecrets` over a ledger in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self._digests: dict[tuple[UUID, UUID, int], bytes] = {}

    def store(self, secret: SecretDigest) -> None:
        """Keep the digest, for the current caller's organization."""
        self._digests[current_caller().organization_id, secret.key_id, secret.version] = secret.digest

    async def holds(self, secret: SecretDigest) -> bool:
        place = (current_caller().organization_id, secret.key_id, secret.version)
        return self._digests.get(place) == secret.digest

    async def all_ids(self) -> Sequence[UUID]:
        return [key.id for key in self._ledger.living(AccessKey)]
