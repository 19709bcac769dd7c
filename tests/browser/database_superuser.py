"""What nobody can do through the service: change the log and the read tables as the database's superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from application.verification.write_checkpoint import WriteCheckpoint
from entrypoints.auditing.audit_trail import auditing_of
from tests.e2e.api_client import Document
from tests.e2e.running_service import RunningService

Superuser = psycopg.Connection[tuple[Any, ...]]

PROJECTIONS_LOCK = "modelbook projections"
MASTER_KEYS_LOCK = "modelbook master keys"


@contextmanager
def superuser(service: RunningService) -> Iterator[Superuser]:
    with psycopg.connect(service.database.owner_url, autocommit=True) as connection:
        yield connection


def edit_an_event(service: RunningService, organization_id: UUID | None, sequence: int) -> None:
    """Give an event another actor."""
    with superuser(service) as connection, connection.transaction():
        connection.execute("ALTER TABLE events DISABLE TRIGGER events_are_append_only")
        changed = connection.execute(
            "UPDATE events SET actor = 'nobody' WHERE organization_id = %s AND org_sequence = %s",
            (organization_id, sequence),
        )
        connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_append_only")
    assert changed.rowcount == 1


def spoil(service: RunningService, model: Document, *, name: str = "Wrong") -> None:
    """Make a row say what the log does not; with its own name, make it right again."""
    with superuser(service) as connection:
        connection.execute("UPDATE ai_models SET name = %s WHERE id = %s", (name, model["id"]))


@contextmanager
def held(service: RunningService, lock: str) -> Iterator[None]:
    """Hold what a job must have alone."""
    with superuser(service) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (lock,))
        yield


@contextmanager
def stuck(service: RunningService) -> Iterator[None]:
    """Keep every job that reads the log from continuing."""
    with superuser(service) as connection, connection.transaction():
        connection.execute("LOCK TABLE organization_heads IN ACCESS EXCLUSIVE MODE")
        yield


async def write_checkpoint(service: RunningService) -> int:
    """Write a checkpoint of all logs, and return its number."""
    auditing = auditing_of(service.runtime)
    async with auditing.election().session() as register:
        written = await auditing.write_checkpoint()(WriteCheckpoint(always=True), register=register)
    return int(written.number)
