"""The one statement that writes the log, with its parameters in the server's binary format.

It is sent to libpq directly. What psycopg does for any statement, finding out types and writing arrays above all, would
take more time than all else that a process does for an append.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final
from uuid import UUID, uuid4
from weakref import WeakSet

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.errors import error_from_result
from psycopg.postgres import types
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

from adapters.event_store.connections import Connection
from adapters.event_store.log_records import Append
from adapters.sql import statements

_SQL: Final = statements("adapters.event_store", "statements.sql")["append"].encode()
_UUID: Final = types["uuid"].oid
_INTEGER: Final = types["int4"].oid
_TEXT: Final = types["text"].oid
_BYTES: Final = types["bytea"].oid
# Dimensions, whether there are nulls, type of the elements; length and first index of the one dimension.
_ARRAY: Final = Struct("!iiIii")
_LENGTH: Final = Struct("!i")
# What jsonb is sent as is JSON text after this version.
_JSONB: Final = b"\x01"
# The SQLSTATE invalid_sql_statement_name.
_NOT_PREPARED: Final = b"26000"


class AppendStatement:
    """Calls `append_events`. Text is sent as UTF-8, which the connections must have as their encoding."""

    def __init__(self) -> None:
        # Another recorder may have the same connections.
        self._name = f"append {uuid4()}".encode()
        self._prepared: WeakSet[Connection] = WeakSet()

    def run(
        self,
        connection: Connection,
        append: Append,
        events: Sequence[StoredEvent],
        *,
        changes: bytes | None,
        sealed: bytes | None,
    ) -> int | None:
        """Return the first position, or None if the log already has the command. `changes` and `sealed` are JSON.

        Raises:
            psycopg.Error: as of any statement.
        """
        values: list[Any] = [
            append.organization_id.bytes,
            append.command_id.bytes,
            append.correlation_id.encode(),
            append.actor.encode(),
            None if append.reason is None else append.reason.encode(),
            _array(_UUID, [_uuid(event.originator_id) for event in events]),
            _array(_INTEGER, [_LENGTH.pack(event.originator_version) for event in events]),
            _array(_TEXT, [event.topic.encode() for event in events]),
            _array(_BYTES, [event.state for event in events]),
            None if changes is None else _JSONB + changes,
            None if sealed is None else _JSONB + sealed,
            _array(_UUID, [each.bytes for each in append.destroyed]) if append.destroyed else None,
        ]
        formats = [Format.BINARY] * len(values)
        if connection.prepare_threshold is None:
            # Behind a pooler: what is prepared on one of its connections is not there on the next.
            result = connection.pgconn.exec_params(_SQL, values, None, formats)
        else:
            if connection not in self._prepared:
                self._prepare(connection)
            result = connection.pgconn.exec_prepared(self._name, values, formats)
            if result.error_field(DiagnosticField.SQLSTATE) == _NOT_PREPARED:
                # After some statements, a ROLLBACK among them, psycopg has the server forget all that is prepared.
                self._prepare(connection)
                result = connection.pgconn.exec_prepared(self._name, values, formats)
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(connection, result)
        position = result.get_value(0, 0)
        return None if position is None else int(position)

    def _prepare(self, connection: Connection) -> None:
        result = connection.pgconn.prepare(self._name, _SQL)
        if result.status != ExecStatus.COMMAND_OK:
            raise _error(connection, result)
        self._prepared.add(connection)


def _error(connection: Connection, result: PGresult) -> psycopg.Error:
    """Return the error in the result. An error that the server has not reported is a broken connection."""
    error = error_from_result(result)
    if error.sqlstate is not None:
        return error
    # libpq itself may still take the connection for good.
    connection.close()
    return psycopg.OperationalError(str(error))


def _uuid(value: UUID | str) -> bytes:
    return (value if isinstance(value, UUID) else UUID(value)).bytes


def _array(element_type: int, elements: Sequence[bytes]) -> bytes:
    """Return the elements as a one-dimensional array in the server's binary format."""
    parts = [_ARRAY.pack(1, 0, element_type, len(elements), 1)]
    for element in elements:
        parts.append(_LENGTH.pack(len(element)))
        parts.append(element)
    return b"".join(parts)
