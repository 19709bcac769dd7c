"""Data keys are rewrapped while everybody continues; what is sealed stays as it was."""

import asyncio
import sys
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.keyring import Keyring
from application.master_keys.credential_stock import RotationUnderWay
from application.master_keys.list_master_keys import list_master_keys
from application.master_keys.rotate_master_key import KeyNotServedYet, Rotated, RotateMasterKey, rotate_master_key
from application.ports.progress import NoProgress, Progress
from tests.architecture.sources import ROOT
from tests.databases import Connect, Connection, Database, Databases
from tests.integration.keys.credentials import Credentials, StoredCredentials, master_keys


@pytest.fixture
def database(databases: Databases, stored: StoredCredentials) -> Iterator[Database]:
    """Give the test a copy of the database with the credentials."""
    database = databases.copied(stored.database)
    yield database
    databases.drop(database)


async def rotated(keyring: Keyring, stock: PostgresCredentialStock, progress: Progress | None = None) -> Rotated:
    return await rotate_master_key(
        RotateMasterKey(), keys=master_keys(keyring), stock=stock, progress=progress or NoProgress()
    )


class Meddling:
    """Does something of its own between two batches."""

    def __init__(self, credentials: Credentials, keyring: Keyring) -> None:
        self._credentials = credentials
        self._keyring = keyring
        self.replaced: list[UUID] = []

    async def begin(self, step: str, total: int = 0) -> None:
        assert (step, total) == ("rewrap", 1200)

    async def advance(self, amount: int) -> None:
        """Replace one key that was re-wrapped already and one whose turn is still to come."""
        assert amount
        for provider_id in (UUID(int=1), UUID(int=1200)):
            self._credentials.store(
                self._keyring, _organization_of(provider_id), provider_id, f"sk-replaced-{amount:020}", version=2
            )
            self.replaced.append(provider_id)


def _organization_of(provider_id: UUID) -> UUID:
    return UUID(int=(provider_id.int - 1) % 12 + 1)


async def test_every_data_key_is_rewrapped_and_every_key_is_as_it_was(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock
) -> None:
    before = credentials.owner.execute("SELECT ciphertext, nonce FROM provider_credentials ORDER BY 1").fetchall()
    done = await rotated(both, stock)
    assert (done.active_id, done.rewrapped, list(done.unreadable), done.left) == ("new", 1200, [], 0)
    assert await stock.counts() == {"new": 1200}
    assert credentials.opened(both.without("old")) == credentials.api_keys
    assert (
        credentials.owner.execute("SELECT ciphertext, nonce FROM provider_credentials ORDER BY 1").fetchall() == before
    )
    assert (await rotated(both, stock)).rewrapped == 0


@pytest.mark.parametrize("writer", ["old", "both"])
async def test_a_key_that_is_replaced_meanwhile_is_never_overwritten(
    credentials: Credentials, old: Keyring, both: Keyring, stock: PostgresCredentialStock, writer: str
) -> None:
    """Also by a service that still seals under the old key."""
    meddling = Meddling(credentials, old if writer == "old" else both)
    done = await rotated(both, stock, meddling)
    assert len(meddling.replaced) > 2
    assert credentials.opened(both) == credentials.api_keys
    assert done.left == (await stock.counts()).get("old", 0) <= 2
    await rotated(both, stock)
    assert await stock.counts() == {"new": 1200}
    assert credentials.opened(both.without("old")) == credentials.api_keys


async def test_a_key_that_somebody_is_writing_is_left_to_them(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock, connect: Connect
) -> None:
    writer = connect()
    with writer.transaction():
        writer.execute("SELECT FROM provider_credentials WHERE provider_id = %s FOR UPDATE", (UUID(int=3),))
        async with asyncio.timeout(30):
            done = await rotated(both, stock)
        assert (done.rewrapped, done.left) == (1199, 1)
    assert (await rotated(both, stock)).left == 0
    assert credentials.opened(both) == credentials.api_keys


async def test_what_cannot_be_read_is_named_and_left_as_it_is(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock, owner: Connection
) -> None:
    owner.execute(
        "UPDATE provider_credentials SET origin = 'https://evil.example:443' WHERE provider_id = %s", (UUID(int=5),)
    )
    moved = owner.execute("SELECT * FROM provider_credentials WHERE provider_id = %s", (UUID(int=5),)).fetchone()
    done = await rotated(both, stock)
    assert list(done.unreadable) == [(_organization_of(UUID(int=5)), UUID(int=5))]
    assert (done.rewrapped, done.left) == (1199, 1)
    assert (
        owner.execute("SELECT * FROM provider_credentials WHERE provider_id = %s", (UUID(int=5),)).fetchone() == moved
    )
    assert len(credentials.api_keys) == 1200


async def test_a_key_that_no_service_was_started_with_is_refused(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock
) -> None:
    ahead = both.led_by(Keyring.generate("newest"))
    with pytest.raises(KeyNotServedYet, match=r"^No service .* under it\. Start all of them .* first\.$"):
        await rotated(ahead, stock)
    assert await stock.counts() == {"old": len(credentials.api_keys)}


async def test_of_two_at_once_the_second_is_told_so(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock
) -> None:
    assert credentials.api_keys
    async with stock.alone():
        with pytest.raises(RotationUnderWay):
            await rotated(both, stock)
    assert (await rotated(both, stock)).left == 0


async def test_killed_half_way_it_continues_where_it_was(
    credentials: Credentials, both: Keyring, stock: PostgresCredentialStock, database: Database
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.keys.paused_rotation",
        database.admin_url,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(both.reveal().encode() + b"\n")
    assert await process.stdout.readline() == b"half-way\n"
    process.kill()
    await process.wait()
    assert await stock.counts() == {"new": 500, "old": 700}
    assert credentials.opened(both) == credentials.api_keys
    done = await _as_soon_as_possible(both, stock)
    assert (done.rewrapped, done.left) == (700, 0)
    assert credentials.opened(both.without("old")) == credentials.api_keys


async def _as_soon_as_possible(keyring: Keyring, stock: PostgresCredentialStock) -> Rotated:
    """Rotate when the server has noticed that the process is gone."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await rotated(keyring, stock)
            except RotationUnderWay:
                await asyncio.sleep(0.1)


async def test_the_status_counts_what_each_key_wraps(
    credentials: Credentials, old: Keyring, both: Keyring, stock: PostgresCredentialStock
) -> None:
    def reported(statuses: object) -> list[tuple[object, ...]]:
        return [(s.id, s.is_active, s.is_given, s.credentials, s.is_removable) for s in statuses]  # type: ignore[attr-defined]

    assert credentials.api_keys
    assert reported(await list_master_keys(keys=master_keys(both), stock=stock)) == [
        ("new", True, True, 0, False),
        ("old", False, True, 1200, False),
    ]
    await rotated(both, stock)
    assert reported(await list_master_keys(keys=master_keys(both), stock=stock)) == [
        ("new", True, True, 1200, False),
        ("old", False, True, 0, True),
    ]
    assert reported(await list_master_keys(keys=master_keys(old), stock=stock)) == [
        ("old", True, True, 0, False),
        ("new", False, False, 1200, False),
    ]


async def test_only_what_nobody_needs_is_forgotten(credentials: Credentials, stock: PostgresCredentialStock) -> None:
    assert credentials.api_keys
    assert await stock.forget_keys(["new"]) == []
    assert await stock.forget_keys(["old"]) == ["new"]
    assert await stock.known_keys() == {"old"}


def test_the_apis_role_wraps_nothing(credentials: Credentials, connect: Connect, database: Database) -> None:
    assert credentials.api_keys
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(database.app_url).execute("UPDATE provider_credentials SET master_key_id = 'new'")
