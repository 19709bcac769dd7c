"""Wires the parts of the audit trail; like every `container.py`, it imports adapters."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

from dependency_injector import containers, providers

from adapters.checkpoints.file_sink import FileSink
from adapters.checkpoints.signing_key import (
    Ed25519Signatures,
    SigningKey,
    key_id,
    new_signing_key,
    parse_public_key,
    public_pem,
    read_signing_key,
)
from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.checkpoint_election import CheckpointElection
from adapters.postgres.connection_pools import AnyPool, administrators_pool, reading_pool, writing_pool
from adapters.postgres.event_feed import PostgresEventFeed, PostgresSignals
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.raw_events import Connect, PostgresRawEvents
from adapters.postgres.tenant_statements import LONG_PATIENCE_SECONDS, Tenant
from adapters.providers.provider_gateway import keyed_types
from adapters.system_clock import SystemClock
from application.feed.feed_broadcast import FeedBroadcaster
from application.ports.historical_documents import HistoricalRows
from application.ports.repositories import Organizations
from application.queries.resource_as_of import model_as_of, provider_as_of
from application.queries.resource_history import history
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.compare_export import Comparison, compare_export
from application.verification.export_log import export_log
from application.verification.verify_export import ExportVerification, verify_export
from application.verification.verify_log import verify_log
from application.verification.write_checkpoint import write_checkpoint
from entrypoints.auditing.restores import stated_restore
from entrypoints.use_case import use_case

__all__ = [
    "Auditing",
    "admin_raw_events",
    "key_id",
    "new_signing_key",
    "offline_verification",
    "parse_public_key",
    "public_pem",
    "signing_key",
]


def _sink(path: Path | None) -> FileSink | None:
    return None if path is None else FileSink(path)


def _key(path: Path | None) -> SigningKey | None:
    return None if path is None else read_signing_key(path)


def _key_id(key: SigningKey | None) -> str | None:
    return None if key is None else key.key_id


def _comparison(pool: AnyPool) -> Callable[..., Awaitable[Comparison]]:
    return partial(compare_export, log=partial(PostgresRawEvents, pool.connection))


class Auditing(containers.DeclarativeContainer):
    """What audits need; `pool` is of connections that see one organization, and may be held for seconds.

    `connect` gives one for short queries. `rows` reads rows as of a time.
    """

    pool: providers.Dependency[AnyPool] = providers.Dependency()
    connect: providers.Dependency[Connect] = providers.Dependency()
    rows: providers.Dependency[HistoricalRows] = providers.Dependency()
    database_url = providers.Dependency(instance_of=str)
    admin_database_url = providers.Dependency(instance_of=str)
    key_file: providers.Dependency[Path | None] = providers.Dependency()
    sink_path: providers.Dependency[Path | None] = providers.Dependency()
    # For those alone who state a restore.
    organizations: providers.Dependency[Organizations | None] = providers.Dependency(default=None)

    clock = providers.Singleton(SystemClock)
    key = providers.Singleton(_key, key_file)
    sink = providers.Singleton(_sink, sink_path)
    signatures = providers.Singleton(Ed25519Signatures)
    checkpoints = providers.Singleton(CheckpointVerifier, signatures=signatures, clock=clock, sink=sink, key=key)
    election = providers.Singleton(CheckpointElection, admin_database_url)
    write_checkpoint = use_case(write_checkpoint, sink=sink, key=key, clock=clock)
    record_restore = use_case(
        stated_restore,
        sessions=election,
        sink=sink,
        key=key,
        signatures=signatures,
        organizations=organizations,
        clock=clock,
    )

    log_of_organization = providers.Factory(PostgresRawEvents, pool.provided.connection, at_once=1)
    admin_pool = providers.Singleton(
        administrators_pool, admin_database_url, size=5, application_name="modelbook audit"
    )
    compare_export = providers.Callable(_comparison, admin_pool)
    verify_log = use_case(verify_log, checkpoints=checkpoints)
    export_log = use_case(export_log, checkpoints=checkpoints, public_key_id=providers.Callable(_key_id, key))
    signals = providers.Singleton(PostgresSignals, admin_database_url)
    feed = providers.Singleton(FeedBroadcaster, providers.Singleton(PostgresEventFeed, connect), signals)

    tenant = providers.Singleton(Tenant, pool, at_once=1, patience_seconds=LONG_PATIENCE_SECONDS, rests=True)
    audit_log = providers.Singleton(PostgresAuditLog, tenant)
    past = providers.Singleton(PostgresHistoricalDocuments, tenant, providers.Callable(keyed_types))
    history = use_case(history, log=audit_log, rows=rows)
    provider_as_of = use_case(provider_as_of, log=audit_log, rows=rows, past=past)
    model_as_of = use_case(model_as_of, log=audit_log, rows=rows, past=past)


def small_pool(database_url: str) -> AnyPool:
    """Return a pool, not opened yet, for a command that reads one organization's log."""
    return reading_pool(database_url, size=1, application_name="modelbook replay")


@contextmanager
def small_ledger(database_url: str) -> Iterator[Ledger]:
    """Give what a command that reads one organization's log makes rows with."""
    with writing_pool(database_url, size=1, application_name="modelbook replay") as pool:
        ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=projected), threads=1)
        yield ledger
        ledger.close()


def offline_verification() -> Callable[..., ExportVerification]:
    """Return what verifies an exported file, with no database."""
    return partial(verify_export, signatures=Ed25519Signatures())


def admin_raw_events(auditing: Auditing, organization_id: UUID | None = None) -> PostgresRawEvents:
    """Return the log of an organization, or of all, over the administrator's pool, which has to be open."""
    return PostgresRawEvents(auditing.admin_pool().connection, organization_id, at_once=4)


def signing_key(path: Path, *, create: bool) -> SigningKey:
    """Return the key that the file holds, made now where there is no file and `create` says so.

    Raises:
        OSError: there is no such file, or it cannot be read or made.
        ValueError: it holds no such key.
    """
    if create and not path.exists():
        try:
            return new_signing_key(path)
        except FileExistsError:
            pass  # Another process was quicker.
    return read_signing_key(path)
