"""Every integration test may request a migrated database of its own and the event store on it."""

from tests.databases import (
    bare_recorder,
    connect,
    database,
    databases,
    ledger,
    models,
    organization_id,
    owner,
    pool,
    providers,
    recorder,
)

__all__ = [
    "bare_recorder",
    "connect",
    "database",
    "databases",
    "ledger",
    "models",
    "organization_id",
    "owner",
    "pool",
    "providers",
    "recorder",
]
