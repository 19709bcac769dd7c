"""What cannot be started says so in a line that tells what to do: no traceback, and nothing left running.

Most commands run within the test's process, which saves a second each; what they print and answer is the same.
"""

import asyncio
import base64
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psycopg
import pytest
from psycopg import sql

from adapters.checkpoints.signing_key import new_signing_key
from adapters.postgres.roles import ensure_roles
from entrypoints.administration.container import check_keyring
from entrypoints.auditing.checkpoint_locations import checkpoint_key
from entrypoints.runtime import development_secret
from entrypoints.settings import Settings, WrongSettings
from tests.databases import Database, Databases
from tests.e2e.api_client import Api
from tests.e2e.failing_commands import MISUSED, NOWHERE, REFUSED, external, refusal, said
from tests.e2e.processes import folder
from tests.e2e.running_service import MASTER_KEYS, service_on
from tests.http_service import SECRET


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with folder() as path:
        yield path / "data"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", ["MODELBOOK_PORT", "whole number"]),
        ("PORT", "65536", ["MODELBOOK_PORT", "65535"]),
        ("WORKERS", "0", ["MODELBOOK_WORKERS", "1"]),
        ("LOG_LEVEL", "loud", ["MODELBOOK_LOG_LEVEL", "debug"]),
        ("LOG_FORMAT", "xml", ["MODELBOOK_LOG_FORMAT", "json"]),
        ("DATABASE_URL", "mysql://db", ["MODELBOOK_DATABASE_URL", "postgresql://"]),
        ("DISCOVERY_TTL", "-1", ["MODELBOOK_DISCOVERY_TTL"]),
        ("HEALTH_INTERVAL", "inf", ["MODELBOOK_HEALTH_INTERVAL"]),
        ("TELEMETRY", "traces,spans", ["MODELBOOK_TELEMETRY", "metrics"]),
        ("CORS_ORIGINS", "*", ["MODELBOOK_CORS_ORIGINS", "https://app.example.org"]),
        (
            "CORS_ORIGINS",
            "https://app.example.org,https://example.org/app",
            ["MODELBOOK_CORS_ORIGINS", "example.org/app"],
        ),
        ("JWT_JWKS_URL", "project.supabase.co", ["MODELBOOK_JWT_JWKS_URL", "https://"]),
        ("DATABSE_URL", "postgresql://db", ["MODELBOOK_DATABSE_URL", "--help"]),
    ],
)
@pytest.mark.parametrize("command", ["serve", "demo", "migrate"])
def test_a_wrong_setting_is_named(command: str, name: str, value: str, words: list[str]) -> None:
    said(refusal(command, **{name: value}), MISUSED, *words)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVICE_HOTS", "10.0.0.1"),
        ("WEB_PORT", "8080"),
        ("PRT", "tcp://10.0.0.1:8080"),
        ("PORT_8080", "10.0.0.1"),
        ("PORT_TCP_ADDR", "10.0.0.1"),
        ("NAME", "modelbook"),
    ],
)
def test_a_mistake_that_looks_like_a_platforms_variable_is_refused(name: str, value: str) -> None:
    said(refusal("serve", **{name: value}), MISUSED, f"MODELBOOK_{name} is not a setting")


def test_every_wrong_setting_has_its_line() -> None:
    finished = refusal("serve", PORT="x", WORKERS="x", LOG_LEVEL="x", NONSENSE="x")
    assert finished.exit_code == MISUSED
    assert len(finished.lines) == 4


def test_a_wrong_option_is_named() -> None:
    said(refusal("serve", "--port", "70000"), MISUSED, "MODELBOOK_PORT", "65535")


def test_one_way_to_verify_tokens_is_enough(data_dir: Path) -> None:
    finished = refusal("serve", DATA_DIR=str(data_dir), JWT_SECRET=SECRET, JWT_JWKS_URL="https://example.com/jwks")
    said(finished, MISUSED, "MODELBOOK_JWT_SECRET", "not several")
    assert not data_dir.exists()


def test_a_port_in_use_is_named_before_anything_is_started(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            said(
                refusal(command, "--port", port, DATA_DIR=str(data_dir)), REFUSED, f"127.0.0.1:{port}", "MODELBOOK_PORT"
            )
        said(refusal("sandbox", "--port", port), REFUSED, f"127.0.0.1:{port}", "--port")
    assert not data_dir.exists()


def test_an_address_that_is_not_ours_is_named(data_dir: Path) -> None:
    said(refusal("serve", "--host", "192.0.2.1", "--port", "0", DATA_DIR=str(data_dir)), REFUSED, "192.0.2.1")


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("ADMIN_DATABASE_URL", ["MODELBOOK_ADMIN_DATABASE_URL", "modelbook migrate --logins"]),
        ("MASTER_KEYS", ["MODELBOOK_MASTER_KEYS"]),
        ("JWT_SECRET", ["MODELBOOK_JWT_SECRET"]),
    ],
)
def test_what_an_external_database_needs_is_named(database: Database, missing: str, words: list[str]) -> None:
    said(refusal("serve", **external(database, **{missing: None})), MISUSED, *words)


def test_where_checkpoints_of_an_external_database_are_kept_has_to_be_named(database: Database, tmp_path: Path) -> None:
    new_signing_key(tmp_path / "key")
    settings = external(database, CHECKPOINT_KEY=str(tmp_path / "key"))
    said(refusal("serve", **settings), MISUSED, "MODELBOOK_CHECKPOINT_SINK is missing")


@pytest.mark.parametrize("name", ["DATABASE_URL", "ADMIN_DATABASE_URL"])
@pytest.mark.parametrize(
    "url",
    [
        NOWHERE,
        "postgresql://modelbook_app:pass-word@nowhere.invalid/db",
        "postgresql://modelbook_app:pass-word@127.0.0.1:notaport/db",
        "postgresql://modelbook_app:pass-word%zz@127.0.0.1/db",
        "postgresql://modelbook_app:pass-word@127.0.0.1/db?no_such_option=1",
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    database: Database, name: str, url: str
) -> None:
    finished = refusal("serve", **external(database, **{name: url}))
    said(finished, REFUSED, f"MODELBOOK_{name}")
    assert "pass-word" not in finished.errors


def test_a_database_that_is_not_there_is_named(database: Database) -> None:
    url = database.app_url.replace("/test_", "/no_test_")
    said(refusal("serve", **external(database, DATABASE_URL=url)), REFUSED, "MODELBOOK_DATABASE_URL", "does not exist")


@pytest.mark.parametrize("name", ["DATABASE_URL", "ADMIN_DATABASE_URL"])
def test_a_login_that_sees_past_the_walls_between_organizations_is_refused(database: Database, name: str) -> None:
    finished = refusal("serve", **external(database, **{name: database.owner_url}))
    said(finished, REFUSED, f"MODELBOOK_{name}", "postgres", "row-level security")


def test_the_two_logins_are_not_taken_for_each_other(database: Database) -> None:
    swapped = {"DATABASE_URL": database.admin_url, "ADMIN_DATABASE_URL": database.app_url}
    for name, url in swapped.items():
        said(
            refusal("serve", **external(database, **{name: url})), REFUSED, f"MODELBOOK_{name}", "the other of the two"
        )


def test_a_login_that_may_nothing_is_refused(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE passer_by LOGIN")
        try:
            url = database.app_url.replace("modelbook_app", "passer_by")
            finished = refusal("serve", **external(database, DATABASE_URL=url))
        finally:
            owner.execute("DROP ROLE passer_by")
    said(finished, REFUSED, "MODELBOOK_DATABASE_URL", "passer_by")


def test_a_database_that_is_not_migrated_says_how_to(databases: Databases) -> None:
    empty = databases.empty()
    with psycopg.connect(empty.owner_url, autocommit=True) as owner:
        ensure_roles(owner)
    said(refusal("serve", **external(empty)), REFUSED, "modelbook migrate")
    databases.drop(empty)


def test_a_schema_of_the_future_is_left_alone(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc)"
            " VALUES ('x', '9999_future', now())"
        )
    said(refusal("serve", **external(database)), REFUSED, "newer version", "9999_future")
    said(refusal("migrate", OWNER_DATABASE_URL=database.owner_url), REFUSED, "newer version", "9999_future")


def test_a_table_without_walls_is_not_served_from(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ai_models NO FORCE ROW LEVEL SECURITY")
    said(refusal("serve", **external(database)), REFUSED, "ai_models")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MASTER_KEYS", "k1", ["MODELBOOK_MASTER_KEYS"]),
        ("MASTER_KEYS", "k1:dG9vIHNob3J0", ["MODELBOOK_MASTER_KEYS", "32"]),
        ("JWT_SECRET", "too short", ["MODELBOOK_JWT_SECRET", "32"]),
        ("EGRESS_ALLOW", "10.0.0.0/8:0", ["10.0.0.0/8:0"]),
        ("EGRESS_ALLOW", "http://127.0.0.1", ["http://127.0.0.1"]),
        ("TRUSTED_PROXIES", "10.0.0.1/8", ["MODELBOOK_TRUSTED_PROXIES", "host bits set"]),
        ("EGRESS_PROXY", "socks5://me:dG9vIHNob3J0@proxy:1080", ["MODELBOOK_EGRESS_PROXY", "http or https proxy"]),
    ],
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_value_that_only_its_reader_understands_is_named_too(
    database: Database, name: str, value: str, words: list[str], workers: str
) -> None:
    finished = refusal("serve", **external(database, **{name: value, "WORKERS": workers}))
    said(finished, MISUSED, *words)
    assert value == "10.0.0.0/8:0" or "dG9vIHNob3J0" not in finished.errors


def test_telemetry_without_opentelemetry_says_how_to_install_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where the package is not there.
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    finished = refusal("serve", **external(database, TELEMETRY="traces"))
    said(finished, MISUSED, "MODELBOOK_TELEMETRY", "pip install 'modelbook[otel]'")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0", "max_export_batch_size"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0", "OTEL_METRIC_EXPORT_INTERVAL"),
    ],
)
def test_a_setting_of_opentelemetry_that_makes_no_sense_is_named(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    said(refusal("serve", **external(database, TELEMETRY="traces,metrics")), MISUSED, "MODELBOOK_TELEMETRY", words)


def test_more_connections_than_the_server_gives_are_named(database: Database) -> None:
    finished = refusal("serve", **external(database, WORKERS="2", POOL_SIZE="40"))
    said(finished, REFUSED, "may open 178 connections", "max_connections", "MODELBOOK_POOL_SIZE", "MODELBOOK_WORKERS")


def test_more_connections_than_the_database_allows_are_named(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT 16").format(sql.Identifier(name)))
    said(refusal("serve", **external(database)), REFUSED, "may open 17 connections", "allows 16", "CONNECTION LIMIT")


def test_a_file_of_keys_that_is_not_there_is_named(database: Database) -> None:
    finished = refusal("serve", **external(database, JWT_SECRET=None, JWT_JWKS_FILE="/nowhere/jwks.json"))
    said(finished, MISUSED, "MODELBOOK_JWT_JWKS_FILE", "No such file")


@pytest.mark.parametrize(
    ("master_keys", "words"),
    [
        ("k1:" + base64.b64encode(b"another key, with the same id 32").decode(), ["k1"]),
        ("k2:" + base64.b64encode(b"another key with another id - 32").decode(), ["k1"]),
    ],
)
def test_a_master_key_that_does_not_fit_is_refused(database: Database, master_keys: str, words: list[str]) -> None:
    async def served_once() -> None:
        with service_on(database) as service:
            async with aiohttp.ClientSession() as session:
                api = Api(session, service.url, None, None).elsewhere()
                await api.provider()

    check_keyring(MASTER_KEYS, database.admin_url)
    asyncio.run(served_once())
    said(refusal("serve", **external(database, MASTER_KEYS=master_keys)), REFUSED, *words)


@pytest.mark.parametrize(("port", "code"), [("0", "wrong-settings"), ("none", "wrong-usage")])
def test_where_the_log_is_json_so_is_a_refusal(port: str, code: str) -> None:
    finished = refusal("serve", "--port", port, LOG_FORMAT="JSON", NO_SETTING="1")
    (line,) = map(json.loads, finished.errors.splitlines())
    assert (finished.exit_code, line["level"], line["code"]) == (MISUSED, "error", code)


def test_a_data_directory_that_cannot_be_made_is_named() -> None:
    said(refusal("serve", "--port", "0", DATA_DIR="/dev/null/ledger"), REFUSED, "/dev/null/ledger")


def test_master_keys_that_others_may_read_are_refused(data_dir: Path) -> None:
    data_dir.mkdir(parents=True)
    keys = data_dir / "master-keys"
    keys.write_text(MASTER_KEYS)
    keys.chmod(0o644)
    said(refusal("serve", "--port", "0", DATA_DIR=str(data_dir)), REFUSED, str(keys), "chmod 600")


def test_every_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    development_secret(tmp_path)
    for name in ("jwt-secret", "checkpoint-key"):
        path = tmp_path / name
        path.touch()
        path.chmod(0o640)
    settings = Settings(data_dir=tmp_path)
    for read in (lambda: development_secret(tmp_path), lambda: checkpoint_key(settings, print)):
        with pytest.raises(WrongSettings) as refused:
            read()
        (line,) = refused.value.lines
        assert "permissions are 640; make them 600: chmod 600" in line
