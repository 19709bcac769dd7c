"""The status of the master keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.master_keys.credential_stock import CredentialStock
from application.master_keys.master_keys import MasterKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKeyStatus:
    """A master key, by its id alone.

    `is_given`: this process holds it; `is_known`: a service was started with it; `credentials`: how many it wraps.
    """

    id: str
    is_active: bool
    is_given: bool
    is_known: bool
    credentials: int

    @property
    def is_removable(self) -> bool:
        """Whether nothing would be lost without it."""
        return not self.is_active and self.credentials == 0


async def list_master_keys(*, keys: MasterKeys, stock: CredentialStock) -> Sequence[MasterKeyStatus]:
    """Return the keys of this process, the active one first, then those that are missing here. For administrators."""
    given = await keys.ids()
    counts, known = await stock.counts(), await stock.known_keys()
    missing = sorted({*counts, *known} - set(given))
    return [
        MasterKeyStatus(
            id=key_id,
            is_active=key_id == given[0],
            is_given=key_id in given,
            is_known=key_id in known,
            credentials=counts.get(key_id, 0),
        )
        for key_id in (*given, *missing)
    ]
