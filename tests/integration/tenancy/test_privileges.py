"""Who may do what in the database: as little as works."""

import psycopg
import pytest

from tests.databases import Connect, Connection, Database

# These run with the owner's rights and take the organization as a parameter; each new one needs a good reason.
DEFINERS = {"append_events", "command_outcome", "keep_nothing_of_closed"}
# Writes rows of the read tables as a rebuild has made them; for the administrators' login alone.
REBUILDING = {"rewrite_rows"}
CHANGES = {"INSERT", "UPDATE", "DELETE"}
# Evidence, claims and caches: beside the log, and allowed to be forgotten.
BESIDE_THE_LOG = (
    "provider_health",
    "provider_checks",
    "idempotency_keys",
    "discovery_attempts",
    "discovery_snapshots",
    "model_cool_downs",
    "budget_spending",
    "budget_leases",
)
WRITES = {
    **{(role, table): CHANGES for role in ("modelbook_app", "modelbook_admin") for table in BESIDE_THE_LOG},
    ("modelbook_app", "model_usage"): {"INSERT", "UPDATE"},
    ("modelbook_app", "request_log"): {"INSERT"},
    # The administrators' login sweeps what is too old.
    ("modelbook_admin", "model_usage"): CHANGES,
    ("modelbook_admin", "request_log"): {"INSERT", "DELETE"},
    ("modelbook_app", "webhook_cursors"): {"UPDATE"},
    ("modelbook_app", "webhook_deliveries"): {"INSERT", "UPDATE"},
    ("modelbook_admin", "webhook_deliveries"): {"DELETE"},
    **{(role, "access_key_uses"): {"INSERT", "UPDATE"} for role in ("modelbook_app", "modelbook_admin")},
    **{(role, "aggregate_snapshots"): {"INSERT", "DELETE"} for role in ("modelbook_app", "modelbook_admin")},
    **{(role, "log_proofs"): {"INSERT", "UPDATE"} for role in ("modelbook_app", "modelbook_admin")},
    # A session begins, is in use, and ends; the administrators' login sweeps what has ended.
    ("modelbook_app", "sign_in_sessions"): CHANGES,
    ("modelbook_admin", "sign_in_sessions"): {"DELETE"},
    # Whoever has signed in changes and erases what is known of that person.
    ("modelbook_app", "member_profiles"): {"UPDATE", "DELETE"},
    ("modelbook_app", "persons"): {"UPDATE", "DELETE"},
    ("modelbook_app", "passkeys"): CHANGES,
    ("modelbook_app", "sign_in_attempts"): CHANGES,
    ("modelbook_app", "answered_challenges"): {"INSERT"},
    **{
        ("modelbook_admin", table): {"DELETE"}
        for table in ("persons", "passkeys", "sign_in_attempts", "answered_challenges")
    },
    ("modelbook_admin", "newest_checkpoint"): {"INSERT", "UPDATE"},
    # Whether a checkpoint has seen it, and nothing else.
    ("modelbook_admin", "organization_heads"): {"UPDATE"},
    ("modelbook_app", "vault_canaries"): {"INSERT"},
    ("modelbook_admin", "vault_canaries"): CHANGES,
    # Master keys are rotated by wrapping data keys again.
    ("modelbook_admin", "provider_credentials"): {"UPDATE"},
    **{("modelbook_admin", table): CHANGES for table in ("admin_jobs", "projections", "projection_proofs")},
}
_GRANTS = """
SELECT pg_get_userbyid(grantee), relname, privilege_type FROM pg_class,
    LATERAL aclexplode(coalesce(relacl, acldefault('r', relowner)))
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S') AND grantee <> relowner
UNION ALL
SELECT pg_get_userbyid(grantee), attrelid::regclass::text, privilege_type FROM pg_attribute,
    LATERAL aclexplode(attacl) WHERE attrelid > 16384
"""
_FUNCTIONS = """
SELECT proname, prosecdef, pg_get_userbyid(proowner), coalesce(proconfig, '{}') FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
"""
ALL_ROLES = {"modelbook_owner", "modelbook_app", "modelbook_admin", "modelbook_backup"}
_GRANTEES = """
SELECT 'relation', grantee::regrole::text FROM pg_class, LATERAL aclexplode(relacl)
WHERE relnamespace <> ALL ('{pg_catalog,information_schema,pg_toast}'::regnamespace[])
UNION SELECT 'column', grantee::regrole::text FROM pg_attribute, LATERAL aclexplode(attacl) WHERE attrelid > 16384
UNION SELECT 'function', grantee::regrole::text FROM pg_proc, LATERAL aclexplode(proacl) WHERE pronamespace
    <> ALL ('{pg_catalog,information_schema}'::regnamespace[])
UNION SELECT 'default', grantee::regrole::text FROM pg_default_acl, LATERAL aclexplode(defaclacl)
UNION SELECT 'policy', role::regrole::text FROM pg_policy, LATERAL unnest(polroles) role
"""
_BACKUP = """
SELECT oid::regclass::text, has_table_privilege('modelbook_backup', oid, 'SELECT'),
       has_table_privilege('modelbook_backup', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')
    AND relnamespace <> ALL ('{pg_catalog,information_schema,pg_toast}'::regnamespace[])
UNION ALL
SELECT oid::regclass::text, has_sequence_privilege('modelbook_backup', oid, 'SELECT'),
       has_sequence_privilege('modelbook_backup', oid, 'USAGE, UPDATE') FROM pg_class WHERE relkind = 'S'
UNION ALL
SELECT nspname, has_schema_privilege('modelbook_backup', oid, 'USAGE'),
       has_schema_privilege('modelbook_backup', oid, 'CREATE')
FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'
"""
_PUBLIC_FUNCTIONS = """
SELECT proname FROM pg_proc, LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner)))
WHERE pronamespace = 'public'::regnamespace AND grantee = 0
"""


def test_direct_writes_are_the_short_list(owner: Connection) -> None:
    granted: dict[tuple[str, str], set[str]] = {}
    for role, table, privilege in owner.execute(_GRANTS):
        if privilege != "SELECT":
            granted.setdefault((role, table), set()).add(privilege)
    assert granted == WRITES


def test_functions_with_the_owners_rights_are_few_and_pinned(owner: Connection) -> None:
    functions = owner.execute(_FUNCTIONS).fetchall()
    definers = {name: (role, settings) for name, is_definer, role, settings in functions if is_definer}
    assert definers == dict.fromkeys(DEFINERS | REBUILDING, ("modelbook_owner", ["search_path=public, pg_temp"]))
    assert len(functions) > len(definers)


def test_what_only_administrators_need_only_they_can_run(owner: Connection) -> None:
    runners = owner.execute(
        "SELECT proname, array_agg(pg_get_userbyid(grantee)::text) FROM pg_proc, LATERAL aclexplode(proacl)"
        " WHERE pronamespace = 'public'::regnamespace AND grantee <> proowner GROUP BY 1"
    ).fetchall()
    assert {name: tuple(roles) for name, roles in runners if name in REBUILDING} == dict.fromkeys(
        REBUILDING, ("modelbook_admin",)
    )


def test_nothing_is_executable_by_everybody(owner: Connection) -> None:
    assert owner.execute(_PUBLIC_FUNCTIONS).fetchall() == []


def test_a_function_that_is_added_is_not_executable_by_everybody(connect: Connect) -> None:
    connection = connect()
    connection.execute("SET ROLE modelbook_owner")
    connection.execute("CREATE FUNCTION added() RETURNS integer LANGUAGE sql RETURN 1")
    assert connection.execute(_PUBLIC_FUNCTIONS).fetchall() == []


def test_everything_belongs_to_the_owner_who_cannot_log_in(owner: Connection, connect: Connect) -> None:
    belongings = owner.execute(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert belongings == [("modelbook_owner",)]
    assert owner.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'modelbook_owner'").fetchall() == [(False,)]
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        connect(owner.info.dsn.replace("user=postgres", "user=modelbook_owner"))


def test_no_role_is_more_than_it_must_be(owner: Connection) -> None:
    roles = owner.execute(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
        " WHERE rolname LIKE 'modelbook%' ORDER BY rolname"
    ).fetchall()
    assert roles == [(name, False) for name in sorted(ALL_ROLES)]
    memberships = owner.execute(
        "SELECT member::regrole::text, roleid::regrole::text, inherit_option, set_option, admin_option"
        " FROM pg_auth_members WHERE member::regrole::text LIKE 'modelbook%'"
    ).fetchall()
    assert memberships == [("modelbook_admin", "modelbook_backup", False, True, False)]


def test_every_grant_goes_to_a_role_of_this_database(owner: Connection) -> None:
    grantees: dict[str, set[str]] = {}
    for place, grantee in owner.execute(_GRANTEES):
        grantees.setdefault(place, set()).add(grantee)
    assert set(grantees) == {"relation", "column", "function", "default", "policy"}
    everybody = {"-"}
    assert set().union(*grantees.values()) == ALL_ROLES | everybody
    assert {place for place, names in grantees.items() if everybody & names} == {"policy"}
    policies = owner.execute("SELECT DISTINCT policyname::text FROM pg_policies WHERE roles = '{public}'").fetchall()
    assert sorted(policies) == [("one_organization",), ("one_person",)]


def test_the_backups_role_reads_everything_and_writes_nothing(owner: Connection) -> None:
    owner.execute("SET ROLE modelbook_owner")
    owner.execute("CREATE TABLE of_tomorrow (id integer GENERATED ALWAYS AS IDENTITY)")
    held = owner.execute(_BACKUP).fetchall()
    assert len(held) > len({table for _, table in WRITES})
    assert [row for row in held if row[1:] != (True, False)] == []


def test_nobody_else_makes_things_in_the_schema(connect: Connect, database: Database) -> None:
    for url in (database.app_url, database.admin_url):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(url).execute("CREATE TABLE public.events2 (id integer)")


def test_a_temporary_table_does_not_stand_in_for_a_real_one(connect: Connect, database: Database) -> None:
    """The functions look into the schema first, whatever the caller has made and whatever path the caller has set."""
    app = connect(database.app_url)
    app.execute("CREATE TEMPORARY TABLE events (organization_id uuid, command_id uuid)")
    app.execute("CREATE TEMPORARY TABLE organization_heads (organization_id uuid, org_sequence bigint)")
    app.execute("SET search_path = pg_temp, public")
    app.execute(
        "SELECT append_events(gen_random_uuid(), gen_random_uuid(), '', '', NULL, ARRAY[gen_random_uuid()], '{1}',"
        " '{test.happened}', '{\"\"}', NULL, NULL, NULL)"
    )
    assert connect().execute("SELECT count(*) FROM public.events").fetchall() == [(1,)]
