"""Backups in pg_dump's custom format: all tables of an installation as of one moment."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import psycopg
from psycopg import sql

from adapters.postgres.backup_checksum import expect_sealed, seal
from adapters.postgres.migrations import refuse_newer_schema
from adapters.postgres.postgres_programs import (
    ClientProgramFailed,
    fitting_program,
    newest_program,
    output,
    run,
    streamed,
)
from adapters.postgres.roles import Roles, ensure_roles
from adapters.sql import statements
from application.errors import Unavailable
from application.ports.backups import BackupUnreadable, Contents, DatabaseNotEmpty
from application.ports.progress import Progress

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "backups.sql")
_MIGRATIONS: Final = "public._yoyo_migration"
# Whoever has signed out must not be signed in again by a restore.
_SESSIONS: Final = "sign_in_sessions"
_COPY: Final = re.compile(rb"COPY (\S+) \((.*)\) FROM stdin;")
_ENTRY: Final = re.compile(r"\d+; \d+ \d+ (.+)")
_WRITTEN_BY: Final = re.compile(r"^; +Dumped by pg_dump version: (\d+)", re.MULTILINE)
_OWNER: Final = re.compile(r"^\d+; \d+ \d+ TABLE public events (.+)$", re.MULTILINE)
# The schema is the new database's own, and so are the default privileges of its roles.
_LEFT_OUT: Final = ("SCHEMA - public ", "COMMENT - SCHEMA public ", "ACL - SCHEMA public ", "DEFAULT ACL ")
# Name roles, which are named after the database.
_PRIVILEGES: Final = ("ACL ", "POLICY ")


class PostgresBackups:
    """Implements `application.ports.backups.Backups` with pg_dump and pg_restore."""

    async def write(self, admin_url: str, file: str, progress: Progress) -> Mapping[str, int]:
        async with _reading_everything(admin_url) as (connection, roles):
            rows = await _rows(connection, progress)
            schemas = await (await connection.execute(_SQL["schemas"])).fetchall()
            [snapshot] = await (await connection.execute(_SQL["snapshot"])).fetchone() or [None]
            await progress.begin("write tables", len(rows))

            async def on_line(line: str) -> None:
                await progress.advance(int("dumping contents of table" in line))

            await run(
                await fitting_program("pg_dump", connection.info.server_version // 10_000),
                *("--format=custom", "--verbose", "--enable-row-security", "--no-publications", "--no-subscriptions"),
                f"--exclude-table-data=public.{_SESSIONS}",
                *(f"--schema={schema}" for (schema,) in schemas),
                *(f"--role={roles.backup}", f"--snapshot={snapshot}", f"--file={file}"),
                url=admin_url,
                on_line=on_line,
            )
        await asyncio.to_thread(seal, file)
        return rows

    async def contents(self, file: str, progress: Progress) -> Contents:
        await progress.begin("read the file")
        await asyncio.to_thread(expect_sealed, file)
        program = await newest_program("pg_restore")
        try:
            written_by = _WRITTEN_BY.search(await _listed(program, file))
            rows, migrations = await _counted(streamed(program, "--data-only", "--file=-", file))
        except ClientProgramFailed as error:
            raise BackupUnreadable(f"{file} cannot be read as a backup: {error.message}") from error
        if not migrations or written_by is None:
            raise BackupUnreadable(f"{file} is a dump of something else than a database of Modelbook.")
        return Contents(rows=rows, migrations=migrations, postgres=int(written_by[1]))

    async def restore(self, owner_url: str, file: str, contents: Contents, progress: Progress) -> None:
        refuse_newer_schema(contents.migrations)
        with _unavailable("The database cannot be restored into"):
            roles, server_version = await asyncio.to_thread(_prepared, owner_url)
        program = await fitting_program("pg_restore", max(contents.postgres, server_version))
        listed = (await _listed(program, file)).splitlines()
        entries = [line for line in listed if (entry := _ENTRY.fullmatch(line)) and not entry[1].startswith(_LEFT_OUT)]
        objects = [line for line in entries if not _what(line).startswith(_PRIVILEGES)]
        privileges = [line for line in entries if _what(line).startswith(_PRIVILEGES)]
        await progress.begin("restore", len(objects))

        async def on_line(line: str) -> None:
            await progress.advance(int("creating " in line or "processing data" in line))

        with _list_file(objects) as name:
            await run(
                program,
                *("--no-owner", "--single-transaction", "--verbose", f"--role={roles.owner}"),
                *(f"--use-list={name}", file),
                url=owner_url,
                on_line=on_line,
            )
        with _list_file(privileges) as name:
            text = (await output(program, f"--use-list={name}", "--file=-", file)).decode()
        await progress.begin("grant")
        with _unavailable("The tables are restored, but cannot be prepared; recreate the database and try again"):
            await asyncio.to_thread(_grant, owner_url, _renamed(text, _old_roles(listed), roles), roles)

    async def rows(self, admin_url: str, progress: Progress) -> Mapping[str, int]:
        async with _reading_everything(admin_url) as (connection, _):
            return await _rows(connection, progress)


@asynccontextmanager
async def _reading_everything(admin_url: str) -> AsyncIterator[tuple[Connection, Roles]]:
    with _unavailable("The database cannot be read"):
        async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as connection:
            [owner] = await (await connection.execute(_SQL["owner"])).fetchone() or [""]
            roles = Roles.owned_by(owner)
            await connection.execute(sql.SQL(_SQL["take_role"]).format(role=sql.Identifier(roles.backup)))
            await connection.execute(_SQL["patience"])
            await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
            async with connection.transaction():
                yield connection, roles


async def _rows(connection: Connection, progress: Progress) -> dict[str, int]:
    tables = await (await connection.execute(_SQL["tables"], {"left_out": _SESSIONS})).fetchall()
    await progress.begin("count rows", len(tables))
    rows = {}
    for schema, table in tables:
        counting = sql.SQL(_SQL["count_rows"]).format(table=sql.Identifier(schema, table))
        [rows[f"{schema}.{table}"]] = await (await connection.execute(counting)).fetchone() or [0]
        await progress.advance(1)
    return rows


async def _counted(printed: AsyncIterator[bytes]) -> tuple[dict[str, int], list[str]]:
    """Return the row count of each table in the output of pg_restore, and the ids of the migrations."""
    rows: dict[str, int] = {}
    migrations: list[str] = []
    table, columns, rest = "", list[bytes](), b""
    async for chunk in printed:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if not table:
                if (heading := _COPY.fullmatch(line)) is not None:
                    table, columns = heading[1].decode(), heading[2].split(b", ")
                    rows[table] = 0
            elif line == b"\\.":
                table = ""
            else:
                rows[table] += 1
                if table == _MIGRATIONS:
                    migrations.append(line.split(b"\t")[columns.index(b"migration_id")].decode())
    return rows, migrations


async def _listed(program: Path, file: str) -> str:
    return (await output(program, "--list", file)).decode()


def _what(line: str) -> str:
    return line.split(" ", 3)[3]


def _old_roles(listed: Sequence[str]) -> Roles:
    owner = _OWNER.search("\n".join(listed))
    if owner is None:
        raise BackupUnreadable
    return Roles.owned_by(owner[1])


def _renamed(text: str, old: Roles, new: Roles) -> str:
    """Return the statements with the roles of the new database and without psql commands."""
    text = "\n".join(line for line in text.splitlines() if not line.startswith("\\"))
    names = {}
    for before, after in zip((old.app, old.admin, old.backup), (new.app, new.admin, new.backup), strict=True):
        # pg_dump quotes a name only where it has to.
        names[before] = names[sql.Identifier(before).as_string()] = sql.Identifier(after).as_string()
    choice = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"\b(TO|FROM) ({choice})(?=[\s;,])", lambda found: f"{found[1]} {names[found[2]]}", text)


def _prepared(owner_url: str) -> tuple[Roles, int]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        if connection.execute(_SQL["holds_tables"]).fetchone() == (True,):
            raise DatabaseNotEmpty
        return ensure_roles(connection), connection.info.server_version // 10_000


def _grant(owner_url: str, privileges: str, roles: Roles) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL(_SQL["take_role"]).format(role=sql.Identifier(roles.owner)))
        connection.execute(privileges.encode())
        connection.execute("ANALYZE")


@contextmanager
def _unavailable(what: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Unavailable(f"{what}: {(str(error).strip() or 'no answer').splitlines()[0]}") from None


@contextmanager
def _list_file(lines: Sequence[str]) -> Iterator[str]:
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as file:
        file.write("\n".join(lines))
        file.flush()
        yield file.name
