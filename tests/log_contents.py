"""The log and the tables as the superuser sees them, for tests that compare a before with an after."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from application.verification.hash_chain import genesis_hash
from tests.chained_events import ChainedEvent, event_hash
from tests.databases import Connection

_TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ 'yoyo'
ORDER BY relname
"""


def contents(owner: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables of the service."""
    tables = [row[0] for row in owner.execute(_TABLES)]
    whole_table = sql.SQL("SELECT * FROM {} AS row ORDER BY row::text")
    return {table: owner.execute(whole_table.format(sql.Identifier(table))).fetchall() for table in tables}


def events(owner: Connection, organization_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the events of one organization, or of all, in the order of the log."""
    with owner.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT * FROM events WHERE organization_id = coalesce(%s, organization_id)"
            " ORDER BY organization_id, org_sequence",
            (organization_id,),
        ).fetchall()


def topics(owner: Connection, organization_id: UUID | None = None) -> list[str]:
    """Return the topics of these events."""
    return [event["topic"] for event in events(owner, organization_id)]


def assert_whole(owner: Connection) -> None:
    """Check what is always true of a log: no gaps, times that do not run backwards, and each hash as it must be."""
    log = events(owner)
    heads = owner.execute("SELECT organization_id, org_sequence, hash, recorded_at FROM organization_heads").fetchall()
    assert {head[0] for head in heads} == {event["organization_id"] for event in log}
    for organization_id, org_sequence, last_hash, recorded_at in heads:
        own = [event for event in log if event["organization_id"] == organization_id]
        assert [event["org_sequence"] for event in own] == list(range(1, org_sequence + 1))
        assert [event["recorded_at"] for event in own] == sorted(event["recorded_at"] for event in own)
        assert (own[-1]["hash"], own[-1]["recorded_at"]) == (last_hash, recorded_at)
        _assert_chained(organization_id, own)


def _assert_chained(organization_id: UUID, log: list[dict[str, Any]]) -> None:
    previous = genesis_hash(organization_id)
    for event in log:
        assert event["previous_hash"] == previous
        facts = {field.name: event[field.name] for field in fields(ChainedEvent)}
        previous = event_hash(previous, ChainedEvent(**facts))
        assert event["hash"] == previous
