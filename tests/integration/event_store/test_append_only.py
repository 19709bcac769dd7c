"""What is in the log stays in the log, and gets there through append_events alone."""

from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from adapters.event_store.repositories import EventSourcedProviders
from tests.builders import a_provider, a_sealed_credential, acting
from tests.databases import Connect, Connection, Database
from tests.log_contents import contents

REWRITES: list[sql.SQL] = [
    sql.SQL("UPDATE events SET actor = 'somebody else'"),
    sql.SQL("UPDATE events SET actor = actor WHERE false"),
    sql.SQL("DELETE FROM events"),
    sql.SQL("TRUNCATE events"),
    sql.SQL("TRUNCATE events CASCADE"),
    sql.SQL("MERGE INTO events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE"),
    sql.SQL("INSERT INTO events SELECT * FROM events ON CONFLICT ON CONSTRAINT events_pkey DO UPDATE SET actor = 'x'"),
]
BY_LOGINS: list[sql.SQL] = [
    *REWRITES,
    sql.SQL("INSERT INTO events SELECT * FROM events"),
    sql.SQL("COPY events FROM STDIN"),
    sql.SQL("ALTER TABLE events DISABLE TRIGGER ALL"),
    sql.SQL("ALTER TABLE events DISABLE ROW LEVEL SECURITY"),
    sql.SQL("DROP TABLE events"),
    sql.SQL("DROP TRIGGER events_are_append_only ON events"),
    sql.SQL("SET session_replication_role = replica"),
    sql.SQL("SET ROLE modelbook_owner"),
    sql.SQL("DELETE FROM organization_heads"),
    sql.SQL("UPDATE organization_heads SET recorded_at = now()"),
    sql.SQL("UPDATE organizations SET name = 'mine'"),
    sql.SQL("UPDATE ai_providers SET name = 'mine'"),
    sql.SQL("DELETE FROM ai_models"),
    sql.SQL("DELETE FROM provider_credentials"),
    sql.SQL("INSERT INTO provider_credentials SELECT * FROM provider_credentials"),
    sql.SQL("SELECT apply_changes(id, '{}', now()) FROM organizations"),
    sql.SQL("SELECT apply_credentials(id, '[]', '{}') FROM organizations"),
    sql.SQL("SELECT locked_head(id) FROM organizations"),
]


@pytest.fixture
async def before(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> dict[str, list[tuple[object, ...]]]:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider, credential=a_sealed_credential(organization_id, provider.id))
    return contents(owner)


def _let_through(connection: Connection, statements: list[sql.SQL], sqlstate: str | None) -> list[str]:
    """Return the statements that are not refused with this error."""
    passed = []
    for statement in statements:
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            if error.sqlstate != sqlstate:
                passed.append(f"{statement.as_string()}: {error}")
        else:
            passed.append(statement.as_string())
    return passed


@pytest.mark.parametrize("login", ["app", "admin"])
def test_no_login_writes_but_through_append_events(
    before: object, connect: Connect, database: Database, organization_id: UUID, login: str
) -> None:
    connection = connect(database.app_url if login == "app" else database.admin_url)
    connection.execute("SELECT set_config('app.organization_id', %s, false)", (str(organization_id),))
    assert _let_through(connection, BY_LOGINS, psycopg.errors.InsufficientPrivilege.sqlstate) == []
    assert contents(connect()) == before


@pytest.mark.parametrize("role", ["modelbook_owner", "superuser", "replica"])
def test_not_even_the_owner_rewrites_the_log(
    before: object, connect: Connect, organization_id: UUID, role: str
) -> None:
    connection = connect()
    connection.execute("SELECT set_config('app.organization_id', %s, false)", (str(organization_id),))
    if role == "modelbook_owner":
        connection.execute("SET ROLE modelbook_owner")
    if role == "replica":
        connection.execute("SET session_replication_role = replica")
    assert _let_through(connection, REWRITES, "ML002") == []
    assert contents(connect()) == before


def test_a_statement_that_is_let_through_would_be_noticed(owner: Connection) -> None:
    allowed = sql.SQL("SELECT count(*) FROM events")
    wrong = sql.SQL("SELECT 1 / 0")
    assert len(_let_through(owner, [allowed, wrong], "ML002")) == 2


def test_the_admin_may_replace_sealed_keys_for_their_rotation(
    before: object, connect: Connect, database: Database, owner: Connection
) -> None:
    connect(database.admin_url).execute("UPDATE provider_credentials SET master_key_id = 'next'")
    assert contents(owner) != before
