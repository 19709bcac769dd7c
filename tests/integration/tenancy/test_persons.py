"""Accounts belong to no organization: a statement sees the one that it names, and nothing else."""

from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from tests.databases import Connect, Connection, Database

ADA, GRACE = UUID(int=1), UUID(int=2)
ORGANIZATION = UUID(int=3)


@pytest.fixture(params=["as it is", "granted everything"])
def app(connect: Connect, database: Database, request: pytest.FixtureRequest) -> Connection:
    superuser = connect()
    for person in (ADA, GRACE):
        values = {"id": person, "digest": person.bytes, "member": uuid4(), "organization": ORGANIZATION}
        superuser.execute(
            "INSERT INTO persons (id, address, address_digest, name) VALUES (%(id)s, 'a', %(digest)s, 'N')", values
        )
        superuser.execute(
            "INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name)"
            " VALUES (%(id)s, %(id)s, %(digest)s, '', 0, 'P')",
            values,
        )
        superuser.execute(
            "INSERT INTO member_profiles (organization_id, member_id, person_id, address, address_key, search)"
            " VALUES (%(organization)s, %(member)s, %(id)s, 'a', 'a', 'a')",
            values,
        )
    if request.param == "granted everything":
        superuser.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO modelbook_app")
    return connect(database.app_url)


def _seen(app: Connection, table: str, column: str) -> list[UUID]:
    query = sql.SQL("SELECT {} FROM {} ORDER BY 1").format(sql.Identifier(column), sql.Identifier(table))
    return [row[0] for row in app.execute(query)]


def _all_seen(app: Connection) -> list[list[UUID]]:
    return [
        _seen(app, "persons", "id"),
        _seen(app, "passkeys", "person_id"),
        _seen(app, "member_profiles", "person_id"),
    ]


def _named(app: Connection, setting: str, value: str) -> None:
    app.execute("SELECT set_config(%s, %s, true)", (setting, value))


def test_nobody_is_visible_who_is_not_named(app: Connection) -> None:
    assert _all_seen(app) == [[], [], []]
    with app.transaction():
        _named(app, "app.organization_id", str(ORGANIZATION))
        assert _all_seen(app) == [[], [], [ADA, GRACE]]
    assert _all_seen(app) == [[], [], []]


def test_who_is_named_is_visible_and_nobody_else(app: Connection) -> None:
    with app.transaction(force_rollback=True):
        _named(app, "app.person_id", str(ADA))
        assert _all_seen(app) == [[ADA], [ADA], [ADA]]
        erased = [
            app.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount
            for table in ("passkeys", "member_profiles", "persons")
        ]
        assert erased == [1, 1, 1]
    with app.transaction():
        _named(app, "app.person_address", GRACE.bytes.hex())
        assert _all_seen(app) == [[GRACE], [], []]


def test_nothing_is_made_or_changed_for_another_person(app: Connection) -> None:
    for statement in (
        (
            "INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name)"
            " VALUES (gen_random_uuid(), %(other)s, '\\x07', '', 0, 'P')"
        ),
        "UPDATE passkeys SET person_id = %(other)s",
        "UPDATE persons SET id = %(other)s",
        "UPDATE member_profiles SET person_id = %(other)s",
    ):
        with app.transaction():
            _named(app, "app.person_id", str(ADA))
            with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                app.execute(statement.encode(), {"other": GRACE})
    with app.transaction():
        _named(app, "app.person_id", str(ADA))
        changed = app.execute("UPDATE persons SET name = 'Changed' WHERE id = %s", (GRACE,))
        assert changed.rowcount == 0
