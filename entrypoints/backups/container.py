"""Wires the parts of backups; like every `container.py`, it imports adapters."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from adapters.checkpoints.signing_key import Ed25519Signatures
from adapters.postgres.backups import PostgresBackups
from adapters.postgres.embedded_postgres import EmbeddedPostgres
from adapters.postgres.raw_events import PostgresRawEvents
from adapters.system_clock import SystemClock
from adapters.vault.keyring_file import KeyringFile
from application.ports.backups import Backups
from application.verification.check_database import CheckedDatabase, check_database
from application.verification.checkpoint_verifier import CheckpointVerifier
from entrypoints.administration.container import Administration


def backups() -> Backups:
    """Return what writes backups and restores them."""
    return PostgresBackups()


def database_check(administration: Administration) -> Callable[..., Awaitable[CheckedDatabase]]:
    """Return what checks a database; checkpoints are left to `modelbook audit verify`."""
    return partial(
        check_database,
        log=PostgresRawEvents(administration.pool().connection),
        checkpoints=CheckpointVerifier(signatures=Ed25519Signatures(), clock=SystemClock()),
        projections=administration.projections(),
        stock=administration.stock(),
        keys=administration.keys(),
    )


def kept_master_keys(directory: Path) -> str | None:
    """Return the master keys in the key file of a folder, none where there is no file.

    Raises:
        KeyringFileRefused: the file cannot be used.
    """
    keyring = KeyringFile(directory).read()
    return None if keyring is None else keyring.reveal()


@contextmanager
def scratch_server() -> Iterator[str]:
    """Give the superuser's URL of an empty server that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="mb-", ignore_cleanup_errors=True) as folder:
        # Root's Postgres runs as another user, who has to get through; the folder below is Postgres's alone.
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "data", is_temporary=True)
        try:
            yield server.start()
        finally:
            server.stop()
