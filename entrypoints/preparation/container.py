"""Wires what a command needs before anything serves: databases, keys and settings, without what only requests need."""

from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_proxy import EgressProxy, ProxyOptions, options_for_operators_address
from adapters.postgres.connection_limits import check_connections, check_reading_connections
from adapters.postgres.embedded_postgres import EmbeddedPostgres
from adapters.postgres.inspect_database import inspect, outdated_postgres
from adapters.postgres.migrations import Logins, SchemaTooOld, migrate, set_passwords, trusted_logins
from adapters.private_files import read_private_file
from adapters.rate_limits.redis_counts import check_rate_limit_storage
from adapters.vault.keyring import Keyring
from adapters.vault.keyring_file import KeyringFile
from application.errors import Unavailable

if TYPE_CHECKING:
    from adapters.telemetry.open_telemetry import OpenTelemetry


__all__ = [
    "Logins",
    "check_connections",
    "check_egress_allow",
    "check_egress_proxy",
    "check_master_keys",
    "check_rate_limit_storage",
    "check_replica",
    "check_telemetry",
    "embedded_postgres",
    "inspect",
    "keyring_file",
    "migrate",
    "open_telemetry",
    "operators_proxy",
    "outdated_postgres",
    "read_private_file",
    "set_passwords",
    "trusted_logins",
]


def embedded_postgres(directory: Path, *, connections: int = 0) -> EmbeddedPostgres:
    """Return the embedded server for a folder, not started yet, which is to give at least so many connections."""
    return EmbeddedPostgres(directory, connections=connections)


def keyring_file(directory: Path) -> tuple[str, Path]:
    """Return the master keys kept in a folder, making them the first time, and the file that contains them."""
    file = KeyringFile(directory)
    return file.read_or_create().reveal(), file.path


def check_replica(url: str, *, setting: str, reading: int) -> str | None:
    """Check that a replica is safe to read from, and gives so many connections.

    Return why that could not be found out, None where it was: it is away, or has not replayed a migration yet.

    Raises:
        UnsafeDatabase: its login is not the one that serves.
        SchemaTooNew: its schema is of a newer version.
        TooFewConnections: it gives fewer.
    """
    try:
        inspect(url, setting=setting, administrates=False)
        check_reading_connections(url, reading=reading)
    except (Unavailable, SchemaTooOld) as error:
        return error.message
    return None


def check_master_keys(text: str) -> None:
    """Do nothing if the text holds a keyring.

    Raises:
        ValueError: it does not; the message says why, and quotes no key.
    """
    Keyring.parse(text)


def check_egress_allow(text: str) -> None:
    """Do nothing if the text is a list of addresses that may be called.

    Raises:
        ValueError: it is not; the message quotes the entry.
    """
    EgressAllowList.parse(text)


def check_egress_proxy(text: str) -> None:
    """Do nothing if the text is empty or the URL of a proxy.

    Raises:
        ValueError: it is not; the message quotes nothing, for the text may hold a password.
    """
    EgressProxy.parse(text)


async def operators_proxy(proxy: str, url: str) -> ProxyOptions:
    """Return how to call an address that the operator has chosen, given the setting of the proxy."""
    return await options_for_operators_address(EgressProxy.parse(proxy), url)


def check_telemetry(signals: Collection[str]) -> None:
    """Do nothing if these signals can be exported by OpenTelemetry's own settings.

    Raises:
        ValueError: they cannot, or OpenTelemetry is not installed.
    """
    if not signals:
        return
    if not _is_installed("opentelemetry.sdk") or not _is_installed("opentelemetry.exporter.otlp.proto.http"):
        raise ValueError("this takes OpenTelemetry, which is not installed: pip install 'modelbook[otel]'")
    # Whoever exports nothing need neither have it nor load it.
    from adapters.telemetry.open_telemetry import check_settings  # noqa: PLC0415

    check_settings(signals)


def open_telemetry(signals: Collection[str], *, version: str) -> "OpenTelemetry | None":
    """Return what exports these signals from this process; none where there are none."""
    if not signals:
        return None
    from adapters.telemetry.open_telemetry import OpenTelemetry  # noqa: PLC0415 - as above

    return OpenTelemetry(signals, version=version)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
