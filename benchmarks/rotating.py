"""Rotate the master key of 10,000 credentials; wrapping alone, without a database, is the reference."""

import asyncio
import time
from typing import Final
from uuid import uuid4

import psycopg

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.master_keys import EnvelopeMasterKeys
from application.master_keys.rotate_master_key import RotateMasterKey, rotate_master_key
from application.ports.progress import NoProgress
from application.ports.vault import KeyBinding, SealedCredential
from benchmarks.environment import Database
from benchmarks.report import Report

_CREDENTIALS: Final = 10_000


def measure_rotating(data: Database, report: Report) -> None:
    """Measure credentials a second, and the seconds for all of them."""
    old = Keyring.generate("old")
    keyring = old.led_by(Keyring.generate("new"))
    sealed = [_sealed(Envelope(old), number) for number in range(_CREDENTIALS)]
    started = time.perf_counter()
    for credential in sealed:
        Envelope(keyring).rewrap(credential)
    reference = _CREDENTIALS / (time.perf_counter() - started)
    _store(data, sealed)
    seconds = asyncio.run(_rotated(data.admin_url, keyring))
    report.add("rotate: credentials", _CREDENTIALS / seconds, "credentials/s", reference=("wrapping alone", reference))
    report.add(f"rotate: {_CREDENTIALS:,} credentials", seconds, "s")


async def _rotated(url: str, keyring: Keyring) -> float:
    async with reading_pool(url) as pool:
        stock, keys = PostgresCredentialStock(pool), EnvelopeMasterKeys(Envelope(keyring), keyring)
        await stock.know_keys(await keys.canaries())
        started = time.perf_counter()
        done = await rotate_master_key(RotateMasterKey(), keys=keys, stock=stock, progress=NoProgress())
        seconds = time.perf_counter() - started
    assert (done.rewrapped, done.left) == (_CREDENTIALS, 0)
    return seconds


def _sealed(envelope: Envelope, number: int) -> SealedCredential:
    binding = KeyBinding(organization_id=uuid4(), provider_id=uuid4(), version=1, origin="https://api.openai.com:443")
    return envelope.seal(f"sk-{number:040}", binding)


def _store(data: Database, sealed: list[SealedCredential]) -> None:
    with (
        psycopg.connect(data.owner_url, autocommit=True) as connection,
        connection.cursor().copy(
            "COPY provider_credentials (organization_id, provider_id, version, origin, hint, ciphertext, nonce,"
            " wrapped_key, wrap_nonce, master_key_id) FROM STDIN"
        ) as copy,
    ):
        for one in sealed:
            place = (one.binding.organization_id, one.binding.provider_id, one.binding.version, one.binding.origin)
            wrapped = (one.wrapped_key, one.wrap_nonce, one.master_key_id)
            copy.write_row((*place, one.hint, one.ciphertext, one.nonce, *wrapped))
