"""Migrated databases, each a test's own, and the event store on them; for the conftest.py of tests that need them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import Append, append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.migrations import login_url, migrate
from adapters.postgres.roles import Roles
from application.caller import NoCaller
from tests.postgres_server import filling
from tests.run_folder import made_once

Connection = psycopg.Connection[tuple[Any, ...]]
Pool = ConnectionPool[Connection]
_TEMPLATE: Final = "modelbook"


class Connect(Protocol):
    """Opens an autocommit connection that is closed after the test."""

    def __call__(self, url: str = ...) -> Connection: ...


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database; `owner_url` is the superuser's, the others those of the two login roles."""

    owner_url: str
    roles: Roles

    @property
    def app_url(self) -> str:
        return login_url(self.owner_url, self.roles.app)

    @property
    def admin_url(self) -> str:
        return login_url(self.owner_url, self.roles.admin)


class Databases:
    """Makes and drops databases on a server, as clones of one that was migrated once."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._connection = psycopg.connect(server_url, autocommit=True)
        self._is_template_migrated = False

    def close(self) -> None:
        self._connection.close()

    def empty(self, name: str | None = None, *, locale: str | None = None) -> Database:
        """Make a database without a schema, by a name that is not taken where none is given."""
        name = name or f"test_{uuid4().hex}"
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if locale is not None:
            made += sql.SQL(" TEMPLATE template0 LOCALE {}").format(sql.Literal(locale))
        self._connection.execute(made)
        return Database(self._url(name), Roles.named_after(name))

    def migrated(self) -> Database:
        """Make a database that has been migrated; its roles are those of the template, `modelbook_app` and so on."""
        if not self._is_template_migrated:
            taken = self._connection.execute("SELECT FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone()
            if taken is None:
                migrate(self.empty(_TEMPLATE).owner_url)
            self._is_template_migrated = True
        return self._clone(_TEMPLATE)

    def copied(self, database: Database) -> Database:
        """Make a database that holds what a migrated one holds, to which nobody is connected."""
        return self._clone(_name(database))

    def _clone(self, template: str) -> Database:
        name = f"test_{uuid4().hex}"
        self._connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return Database(self._url(name), Roles.named_after(_TEMPLATE))

    def drop(self, database: Database) -> None:
        """Drop it, whoever is connected."""
        self._connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(database))))

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self._server_url)._replace(path=f"/{quote(name, safe='')}"))


def migrated_data() -> Path:
    """Return the data directory of a Postgres that has the template, which is migrated once a run."""
    return made_once("migrated", _with_template)


def _with_template(directory: Path) -> None:
    with filling(directory) as uri:
        made = Databases(uri)
        made.drop(made.migrated())
        made.close()


def _name(database: Database) -> str:
    return unquote(urlsplit(database.owner_url).path.removeprefix("/"))


@pytest.fixture(scope="session")
def databases(postgres_server: str) -> Iterator[Databases]:
    """Give what makes databases, for tests that need several or an empty one."""
    made = Databases(postgres_server)
    yield made
    made.close()


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """Give the test a migrated database of its own."""
    database = databases.migrated()
    yield database
    databases.drop(database)


@pytest.fixture
def connect(database: Database) -> Iterator[Connect]:
    """Give a function that opens a connection, the superuser's where no URL is given, and sees to its end."""
    with ExitStack() as connections:

        def opened(url: str = database.owner_url) -> Connection:
            return connections.enter_context(psycopg.connect(url, autocommit=True))

        yield opened


@pytest.fixture
def owner(connect: Connect) -> Connection:
    """Give a connection that sees everything: the superuser's."""
    return connect()


def pool_on(database: Database) -> Pool:
    """Return a pool of four connections of the API's role, as the event store takes it; `with` opens it."""
    return ConnectionPool(database.app_url, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False)


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    """Give such a pool on the test's database."""
    with pool_on(database) as pool:
        yield pool


@pytest.fixture
def recorder(pool: Pool) -> LedgerRecorder:
    return LedgerRecorder(pool, scope=append_for_caller, projector=projected)


def bare_recorder_on(pool: Pool) -> LedgerRecorder:
    """Return a recorder that projects nothing, for events of no real type; each append says whose it is."""

    def nobodys() -> Append:
        raise NoCaller

    return LedgerRecorder(pool, scope=nobodys, projector=lambda _: None)


@pytest.fixture
def bare_recorder(pool: Pool) -> LedgerRecorder:
    """Give such a recorder on the test's database."""
    return bare_recorder_on(pool)


@pytest.fixture
def ledger(recorder: LedgerRecorder) -> Iterator[Ledger]:
    ledger = Ledger(recorder)
    yield ledger
    ledger.close()


@pytest.fixture
def providers(ledger: Ledger) -> EventSourcedProviders:
    return EventSourcedProviders(ledger)


@pytest.fixture
def models(ledger: Ledger) -> EventSourcedModels:
    return EventSourcedModels(ledger)


@pytest.fixture
def organization_id() -> UUID:
    return uuid4()
