"""The roles of an installation, named after its database, so that installations on one server are isolated."""

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import psycopg
from psycopg import sql

from adapters.sql import statements

Connection = psycopg.Connection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "roles.sql")
_IN_THIS_ORDER: Final = (
    "limit_login",
    "open_database",
    "close_database",
    "open_schema",
    "let_admin_back_up",
    "default_privileges",
)
# Postgres cuts longer names off.
_LONGEST_NAME_BYTES: Final = 63
_LONGEST_PREFIX_BYTES: Final = _LONGEST_NAME_BYTES - len("_backup")
_NAMED: Final = re.compile(r':"(owner|app|admin|backup)"')


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that own the tables (without a login), serve, administer, and back up (without a login)."""

    owner: str
    app: str
    admin: str
    backup: str

    @classmethod
    def named_after(cls, database: str) -> Self:
        """Return the names for a database: its name and the role's, `models_app`.

        A name that is too long or reserved by Postgres is shortened and gets some digits of its hash.
        """
        prefix = database
        if len(database.encode()) > _LONGEST_PREFIX_BYTES or database.startswith("pg_"):
            digits = hashlib.sha256(database.encode()).hexdigest()[:8]
            start = database.removeprefix("pg_").encode()[: _LONGEST_PREFIX_BYTES - len(digits) - 1]
            prefix = f"{start.decode(errors='ignore')}_{digits}"
        return cls.owned_by(f"{prefix}_owner")

    @classmethod
    def owned_by(cls, owner: str) -> Self:
        """Return the role names for this owner, as the SQL function service_role does."""
        prefix = owner.removesuffix("owner")
        return cls(owner, f"{prefix}app", f"{prefix}admin", f"{prefix}backup")

    def written_into(self, text: str) -> str:
        """Return a migration with the roles' names, quoted, for `:"owner"`, `:"app"`, `:"admin"` and `:"backup"`.

        This is the syntax of psql. As in psql, strings and function bodies are not changed; those call the function
        service_role.
        """
        names = asdict(self)
        return _NAMED.sub(lambda found: sql.Identifier(names[found[1]]).as_string(), text)


def roles_of(connection: Connection) -> Roles:
    """Return the roles of the connected database.

    The names derive from the owner of the tables, so they stay the same when the database is renamed or copied.
    """
    row = connection.execute(_SQL["owner"]).fetchone()
    return Roles.named_after(connection.info.dbname) if row is None else Roles.owned_by(row[0])


def ensure_roles(connection: Connection) -> Roles:
    """Create the missing roles, revoke access to the database from all others, and return the roles.

    Raises:
        psycopg.Error: the user may not create roles, or does not own the database.
    """
    roles = roles_of(connection)
    names = {name: sql.Identifier(role) for name, role in asdict(roles).items()}
    names["database"] = sql.Identifier(connection.info.dbname)
    present = {row[0] for row in connection.execute(_SQL["present"], {"roles": list(asdict(roles).values())})}
    for name, role in asdict(roles).items():
        if role not in present:
            statement = sql.SQL(_SQL["create_login" if name in ("app", "admin") else "create_role"])
            connection.execute(statement.format(role=names[name]))
    if connection.execute(_SQL["is_member"], {"owner": roles.owner}).fetchone() == (False,):
        connection.execute(sql.SQL(_SQL["join_owner"]).format(**names))
    for name in _IN_THIS_ORDER:
        with connection.transaction():
            connection.execute(sql.SQL(_SQL[name]).format(**names))
    return roles
