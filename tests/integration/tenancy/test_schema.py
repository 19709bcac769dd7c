"""Every table with an organization is isolated by the database, whoever adds it."""

from tests.databases import Connection
from tests.integration.tenancy.all_tables import WITHOUT_ORGANIZATION, all_tables, columns, tenant_tables

SETTING = "NULLIF(current_setting('app.organization_id'::text, true), ''::text)"
ONE_PERSON = "(person_id = (NULLIF(current_setting('app.person_id'::text, true), ''::text))::uuid)"
# Of a person who has signed in, the rows of all organizations are visible, as long as no statement names another.
OF_PERSONS: dict[str, list[tuple[object, ...]]] = {
    "members": [("one_person", "PERMISSIVE", ["modelbook_app"], "SELECT", ONE_PERSON, None)],
    "member_profiles": [("one_person", "PERMISSIVE", ["modelbook_app"], "ALL", ONE_PERSON, ONE_PERSON)],
}
_SECURITY = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
_POLICIES = """
SELECT policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies WHERE tablename = %s
ORDER BY policyname
"""
_UNIQUE_KEYS = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true) FROM pg_index
WHERE indrelid = %s::regclass AND (indisunique OR indisexclusion)
"""
_FOREIGN_KEYS = """
SELECT conname, own.attname, confrelid::regclass::text, theirs.attname FROM pg_constraint
JOIN pg_attribute own ON own.attrelid = conrelid AND own.attnum = conkey[1]
JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = confkey[1]
WHERE contype = 'f' AND conrelid = %s::regclass
"""


def test_every_table_has_an_organization_or_a_reason(owner: Connection) -> None:
    without = {
        table
        for table in all_tables(owner)
        if table != "organizations" and "organization_id" not in columns(owner, table)
    }
    assert without == set(WITHOUT_ORGANIZATION)


def test_row_level_security_is_on_and_forced(owner: Connection) -> None:
    tables = tenant_tables(owner)
    assert {"events", "organizations", "ai_providers", "ai_models", "provider_credentials"} < set(tables)
    open_tables = [table for table in tables if owner.execute(_SECURITY, (table,)).fetchone() != (True, True)]
    assert open_tables == []


def test_the_policies_are_the_three_there_should_be(owner: Connection) -> None:
    for table, column in tenant_tables(owner).items():
        condition = f"({column} = ({SETTING})::uuid)"
        assert owner.execute(_POLICIES, (table,)).fetchall() == [
            ("administration", "PERMISSIVE", ["modelbook_admin"], "ALL", "true", "true"),
            ("backup", "PERMISSIVE", ["modelbook_backup"], "SELECT", "true", None),
            ("one_organization", "PERMISSIVE", ["public"], "ALL", condition, condition),
            *OF_PERSONS.get(table, []),
        ], table


def test_unique_keys_begin_with_the_organization(owner: Connection) -> None:
    """Else a refusal would tell one tenant what another has."""
    keys = {
        name: (column, first)
        for table, column in tenant_tables(owner).items()
        for name, first in owner.execute(_UNIQUE_KEYS, (table,))
    }
    assert len(keys) >= len(tenant_tables(owner))
    assert {name: first for name, (column, first) in keys.items() if first != column} == {}


def test_foreign_keys_begin_with_the_organization(owner: Connection) -> None:
    """They are checked without row-level security."""
    tables = tenant_tables(owner)
    keys = [
        (name, own, tables[table], theirs, tables.get(other))
        for table in tables
        for name, own, other, theirs in owner.execute(_FOREIGN_KEYS, (table,))
    ]
    assert "ai_models_provider_fkey" in {key[0] for key in keys}
    assert [key for key in keys if key[1] != key[2] or key[3] != key[4]] == []


def test_no_view_looks_with_its_owners_eyes(owner: Connection) -> None:
    views = owner.execute(
        "SELECT relname, relkind, coalesce(reloptions, '{}') FROM pg_class"
        " WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert [row for row in views if row[1] == "m" or "security_invoker=true" not in row[2]] == []
