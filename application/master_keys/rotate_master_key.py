"""Wrap all data keys under the active master key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.errors import Conflict, CredentialUnreadable
from application.master_keys.credential_stock import CredentialStock, Place
from application.master_keys.master_keys import MasterKeys
from application.ports.progress import Progress
from application.ports.vault import SealedCredential

_BATCH: Final = 500
_MOST_PASSES: Final = 10


class KeyNotServedYet(Conflict):
    """No service has been started with the active master key, so none could read what is wrapped under it.

    Start all of them with these master keys first.
    """

    code = "key-not-served-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateMasterKey:
    """Wrap every credential's data key under the active master key, online; no provider key is opened or changed.

    For platform administrators. Broken off, it continues where it was when it is run again.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How many credentials were rewrapped, which could not be read, and how many other keys still wrap."""

    active_id: str
    rewrapped: int
    unreadable: Sequence[tuple[UUID, UUID]]
    left: int


async def rotate_master_key(
    _: RotateMasterKey, *, keys: MasterKeys, stock: CredentialStock, progress: Progress
) -> Rotated:
    """Return what was done. A credential that changes meanwhile is never overwritten.

    Raises:
        KeyNotServedYet: no service has been started with the active key.
        RotationUnderWay: somebody rotates already.
    """
    active_id = (await keys.ids())[0]
    if active_id not in await stock.known_keys():
        raise KeyNotServedYet
    rewrapped, unreadable = 0, set[tuple["UUID", "UUID"]]()
    async with stock.alone():
        await progress.begin("rewrap", await _left(stock, active_id))
        # What was being written while its turn came is there in the next pass.
        for _number in range(_MOST_PASSES):
            done = await _pass(active_id, unreadable, keys=keys, stock=stock, progress=progress)
            rewrapped += done
            if not done:
                break
        left = await _left(stock, active_id)
    return Rotated(active_id=active_id, rewrapped=rewrapped, unreadable=sorted(unreadable), left=left)


async def _pass(
    active_id: str,
    unreadable: set[tuple[UUID, UUID]],
    *,
    keys: MasterKeys,
    stock: CredentialStock,
    progress: Progress,
) -> int:
    rewrapped = 0
    after: Place | None = None
    while page := await stock.under_others(active_id, after, _BATCH):
        pairs: list[tuple[SealedCredential, SealedCredential]] = []
        for sealed in page:
            after = (sealed.binding.organization_id, sealed.binding.provider_id)
            try:
                pairs.append((sealed, await keys.rewrap(sealed)))
            except CredentialUnreadable:
                unreadable.add(after)
        exchanged = await stock.exchange(pairs)
        await progress.advance(exchanged)
        rewrapped += exchanged
    return rewrapped


async def _left(stock: CredentialStock, active_id: str) -> int:
    return sum(count for key_id, count in (await stock.counts()).items() if key_id != active_id)
