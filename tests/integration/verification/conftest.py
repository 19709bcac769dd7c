"""Two organizations with a log each, their events in turn; a checkpoint; and the verifier of everything."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from adapters.checkpoints.file_sink import FileSink
from adapters.checkpoints.signing_key import Ed25519Signatures, SigningKey
from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.checkpoint_election import CheckpointElection
from adapters.postgres.connection_pools import AnyPool, reading_pool
from adapters.postgres.raw_events import PostgresRawEvents
from adapters.system_clock import SystemClock
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.checkpoints import Checkpoint
from application.verification.verify_log import Verification, verify_log
from application.verification.write_checkpoint import WriteCheckpoint, write_checkpoint
from tests.builders import a_stored_event, an_append
from tests.databases import Connection, Database, Databases, bare_recorder_on, pool_on

LENGTH: Final = 24
CHECKPOINT_AFTER: Final = 16
_TABLES: Final = ("events", "organization_heads")


@dataclass(frozen=True, slots=True)
class Auditor:
    """Writes checkpoints and verifies."""

    database: Database
    pool: AnyPool
    sink: FileSink
    key: SigningKey

    async def checkpoint(self, *, always: bool = True) -> Checkpoint | None:
        async with CheckpointElection(self.database.admin_url).session() as register:
            return await write_checkpoint(
                WriteCheckpoint(always=always), register=register, sink=self.sink, key=self.key, clock=SystemClock()
            )

    async def verify(self, only: UUID | None = None, *, full: bool = False) -> Verification:
        log = PostgresRawEvents(self.pool.connection, only)
        checkpoints = CheckpointVerifier(
            signatures=Ed25519Signatures(), clock=SystemClock(), sink=self.sink, key=self.key
        )
        return await verify_log(log=log, checkpoints=checkpoints, only=only, full=full)


@asynccontextmanager
async def auditing(database: Database, sink: Path, key: SigningKey) -> AsyncIterator[Auditor]:
    async with reading_pool(database.admin_url, size=5) as pool:
        yield Auditor(database, pool, FileSink(sink), key)


@dataclass(frozen=True, slots=True)
class Logs:
    """The organizations."""

    tampered: UUID
    innocent: UUID


@dataclass(frozen=True, slots=True)
class Original:
    """A database in which both logs are, the first 16 of 24 events of each known to a checkpoint."""

    database: Database
    sink: Path
    key: SigningKey
    logs: Logs


def append(recorder: LedgerRecorder, organization_id: UUID, count: int = 1) -> None:
    """Record events of an aggregate of their own, in one command."""
    aggregate_id = uuid4()
    stored = [a_stored_event(aggregate_id, revision, state=b'{"of":1}') for revision in range(1, count + 1)]
    recorder.insert_events(stored, append=an_append(organization_id, reason="because ✓"))


async def _write(original: Original) -> None:
    async with auditing(original.database, original.sink, original.key) as auditor:
        with pool_on(original.database) as pool:
            recorder = bare_recorder_on(pool)
            for number in range(LENGTH // 2):
                for organization_id in (original.logs.tampered, original.logs.innocent):
                    append(recorder, organization_id, 2)
                if 2 * (number + 1) == CHECKPOINT_AFTER:
                    await auditor.checkpoint()


@pytest.fixture(scope="module")
def original(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    """Give what each test has a copy of."""
    original = Original(
        database=databases.migrated(),
        sink=tmp_path_factory.mktemp("checkpoints") / "sink",
        key=SigningKey(Ed25519PrivateKey.generate()),
        logs=Logs(UUID(int=1 << 100), UUID(int=2 << 100)),
    )
    asyncio.run(_write(original))
    yield original
    databases.drop(original.database)


@pytest.fixture
def database(databases: Databases, original: Original) -> Iterator[Database]:
    database = databases.copied(original.database)
    yield database
    databases.drop(database)


@pytest.fixture
async def auditor(database: Database, original: Original, tmp_path: Path) -> AsyncIterator[Auditor]:
    sink = shutil.copytree(original.sink, tmp_path / "sink")
    async with auditing(database, sink, original.key) as auditor:
        yield auditor


@pytest.fixture
def logs(original: Original) -> Logs:
    return original.logs


@pytest.fixture
def unguarded(owner: Connection) -> Connection:
    """Give the superuser's connection with nothing left that protects the log, and a copy of it to go back to."""
    for table in _TABLES:
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
        owner.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(_copy(table), sql.Identifier(table)))
    owner.execute("ALTER TABLE events DROP CONSTRAINT events_revision_key")
    return owner


def restore(owner: Connection) -> None:
    """Make the log what it was."""
    for table in _TABLES:
        owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        owner.execute(sql.SQL("INSERT INTO {} TABLE {}").format(sql.Identifier(table), _copy(table)))


def _copy(table: str) -> sql.Identifier:
    return sql.Identifier(f"{table}_as_it_was")
