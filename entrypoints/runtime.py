"""Prepares what serving processes need before any of them starts."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from application.errors import Unavailable
from entrypoints.administration.container import check_keyring
from entrypoints.auditing.checkpoint_locations import checkpoint_key, checkpoint_sink
from entrypoints.logs import build_logger
from entrypoints.preparation import container
from entrypoints.settings import Settings, WrongSettings
from entrypoints.token_key_settings import token_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Settings with everything filled in; secrets are not represented."""

    settings: Settings
    database_url: str = field(repr=False)
    admin_database_url: str = field(repr=False)
    master_keys: str = field(repr=False)
    jwt_secret: str | None = field(repr=False)
    # Of a replica, where there is one.
    database_read_url: str | None = field(default=None, repr=False)
    # Where the keys are in a key file, it may change while they are used.
    master_key_directory: Path | None = None
    # Without a key there are no checkpoints.
    checkpoint_key: Path | None = None
    checkpoint_sink: Path | None = None
    # To be called now and then by whoever serves from a database of our own; does nothing while that lives.
    revive_database: Callable[[], None] = lambda: None


@contextmanager
def prepared(settings: Settings, say: Callable[[str], None]) -> Iterator[Runtime]:
    """Start and migrate the embedded database or check the given one, find the keys, and check that they fit.

    `say` receives one line for each step. The embedded database ends with the block.

    Raises:
        WrongSettings: something that an external database needs is missing.
        ApplicationError: the database or the keys cannot be used; the message says what to do.
    """
    if settings.is_embedded:
        with _embedded(settings, say) as runtime:
            _check(runtime)
            yield runtime
    else:
        runtime = _external(settings)
        _check(runtime)
        _warn_of_outdated_postgres(runtime)
        yield runtime


@contextmanager
def _embedded(settings: Settings, say: Callable[[str], None]) -> Iterator[Runtime]:
    directory = settings.data_dir.resolve()
    _refuse_former_folder(directory)
    server = container.embedded_postgres(
        directory / "postgres", connections=settings.serving_connections + settings.administrating_connections
    )
    owner_url = server.start()
    try:
        say(f"Postgres runs on {directory / 'postgres'}.")
        for name in container.migrate(owner_url):
            say(f"Applied migration {name}.")
        logins = container.trusted_logins(owner_url)
        yield Runtime(
            settings=settings,
            database_url=logins.database_url,
            admin_database_url=logins.admin_database_url,
            master_keys=_master_keys(settings, directory, say),
            jwt_secret=_jwt_secret(settings, directory, say),
            master_key_directory=directory if settings.master_keys is None else None,
            checkpoint_key=checkpoint_key(settings, say),
            checkpoint_sink=checkpoint_sink(settings),
            revive_database=partial(_revive, server.revive, settings),
        )
    finally:
        server.stop()


def _refuse_former_folder(directory: Path) -> None:
    former = directory.with_name(".ledger")
    if directory.name == ".modelbook" and not (directory / "postgres").exists() and (former / "postgres").exists():
        message = (
            f"{former} is from before the first release and cannot be migrated. Delete it, move it away, "
            "or set MODELBOOK_DATA_DIR to another folder."
        )
        raise WrongSettings([message])


def _revive(revive: Callable[[], bool], settings: Settings) -> None:
    logger = build_logger(level=settings.log_level, log_format=settings.log_format)
    try:
        if revive():
            logger.warning("Postgres had ended by itself; it runs again")
    except Unavailable as error:
        logger.warning("Postgres has ended", reason=error.message)


def _external(settings: Settings) -> Runtime:
    missing = [
        line
        for value, line in (
            (
                settings.admin_database_url,
                "MODELBOOK_ADMIN_DATABASE_URL is missing: `modelbook migrate --logins` prints it.",
            ),
            (
                settings.master_keys,
                "MODELBOOK_MASTER_KEYS is missing: `modelbook keys generate` makes one; keep it safe.",
            ),
            (
                settings.jwt_secret or settings.jwt_jwks_url or settings.jwt_jwks_file or settings.oidc_issuer,
                "Set MODELBOOK_JWT_SECRET, MODELBOOK_JWT_JWKS_URL, MODELBOOK_JWT_JWKS_FILE or MODELBOOK_OIDC_ISSUER.",
            ),
        )
        if value is None
    ]
    if missing or settings.database_url is None or settings.admin_database_url is None or settings.master_keys is None:
        raise WrongSettings(missing)
    return Runtime(
        settings=settings,
        database_url=settings.database_url.get_secret_value(),
        admin_database_url=settings.admin_database_url.get_secret_value(),
        master_keys=settings.master_keys.get_secret_value(),
        jwt_secret=settings.jwt_secret.get_secret_value() if settings.jwt_secret else None,
        database_read_url=settings.database_read_url.get_secret_value() if settings.database_read_url else None,
        checkpoint_key=checkpoint_key(settings, lambda _: None),
        checkpoint_sink=checkpoint_sink(settings),
    )


def _warn_of_outdated_postgres(runtime: Runtime) -> None:
    """Warn the operator, whose server it is; the embedded one, which nobody else reaches, comes with our releases."""
    outdated = container.outdated_postgres(runtime.admin_database_url, setting="MODELBOOK_ADMIN_DATABASE_URL")
    if outdated is not None:
        settings = runtime.settings
        build_logger(level=settings.log_level, log_format=settings.log_format).warning(outdated)


def _check(runtime: Runtime) -> None:
    _check_values(runtime)
    container.inspect(runtime.database_url, setting="MODELBOOK_DATABASE_URL", administrates=False)
    container.inspect(runtime.admin_database_url, setting="MODELBOOK_ADMIN_DATABASE_URL", administrates=True)
    container.check_connections(
        runtime.database_url,
        runtime.admin_database_url,
        serving=runtime.settings.serving_connections,
        administrating=runtime.settings.administrating_connections,
    )
    _check_replica(runtime)
    check_keyring(runtime.master_keys, runtime.admin_database_url)
    container.check_rate_limit_storage(runtime.settings.rate_limit_storage.get_secret_value())


def _check_replica(runtime: Runtime) -> None:
    """Check the login at the replica like that at the primary. One that is away stops nobody from starting."""
    settings = runtime.settings
    if runtime.database_read_url is None:
        return
    unchecked = container.check_replica(
        runtime.database_read_url, setting="MODELBOOK_DATABASE_READ_URL", reading=settings.reading_connections
    )
    if unchecked is not None:
        logger = build_logger(level=settings.log_level, log_format=settings.log_format)
        logger.warning("the read replica could not be checked", reason=unchecked)


def _check_values(runtime: Runtime) -> None:
    """Read what only its reader understands, before any serving process depends on it."""
    token_keys(runtime)
    checks: list[tuple[str, Callable[[Any], None], object]] = [
        ("MODELBOOK_MASTER_KEYS", container.check_master_keys, runtime.master_keys),
        ("MODELBOOK_EGRESS_ALLOW", container.check_egress_allow, runtime.settings.egress_allow),
        ("MODELBOOK_EGRESS_PROXY", container.check_egress_proxy, runtime.settings.egress_proxy.get_secret_value()),
        ("MODELBOOK_TELEMETRY", container.check_telemetry, runtime.settings.telemetry),
    ]
    for name, read, value in checks:
        try:
            read(value)
        except ValueError as error:
            raise WrongSettings([f"{name}: {error}"]) from error


def _master_keys(settings: Settings, directory: Path, say: Callable[[str], None]) -> str:
    if settings.master_keys is not None:
        return settings.master_keys.get_secret_value()
    text, path = container.keyring_file(directory)
    say(f"Provider keys are encrypted with the master key in {path}. Back it up: without it they are lost.")
    return text


def _jwt_secret(settings: Settings, directory: Path, say: Callable[[str], None]) -> str | None:
    if settings.jwt_jwks_url or settings.jwt_jwks_file:
        return None
    if settings.jwt_secret is not None:
        return settings.jwt_secret.get_secret_value()
    say(f"Tokens are signed with the secret in {development_secret_file(directory)}.")
    return development_secret(directory)


def development_secret_file(directory: Path) -> Path:
    """Return the path of the token secret of an embedded database."""
    return directory / "jwt-secret"


def development_secret(directory: Path) -> str:
    """Return the token secret that goes with an embedded database, making it the first time (mode 600).

    Raises:
        WrongSettings: others may read it.
    """
    path = development_secret_file(directory)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Linked when it is whole: another process that starts now sees no secret, or all of it.
        with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    try:
        return container.read_private_file(path).decode("ascii", "replace").strip()
    except (OSError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else f"{path} cannot be read: {error.strerror}."
        raise WrongSettings([reason]) from None
