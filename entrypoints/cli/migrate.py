"""`modelbook migrate`."""

from typing import Annotated

import psycopg
import typer

from application.errors import Unavailable
from application.plurals import counted
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.preparation import container
from entrypoints.settings import Settings, WrongSettings, load_settings


def migrate(
    logins: Annotated[
        bool,
        typer.Option(
            "--logins",
            help="Give both logins passwords and print the URLs: those of MODELBOOK_DATABASE_URL and "
            "MODELBOOK_ADMIN_DATABASE_URL where both are set, else new ones.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Create the roles and bring the schema of MODELBOOK_OWNER_DATABASE_URL up to date.

    Run it before each new version. The embedded database migrates itself when it is started.
    """
    with clear_errors(as_json=as_json):
        settings = load_settings()
        if settings.owner_database_url is None:
            raise WrongSettings(
                ["MODELBOOK_OWNER_DATABASE_URL is missing: a login that owns the database and may create roles."]
            )
        owner_url = settings.owner_database_url.get_secret_value()
        try:
            applied = container.migrate(owner_url, lambda name: say(f"Applying {name}."))
            result = {"applied": list(applied)} | (new_logins(owner_url, _chosen(settings)) if logins else {})
        except psycopg.Error as error:
            reason = (str(error).strip() or "no answer").splitlines()[0]
            raise Unavailable(f"The database of MODELBOOK_OWNER_DATABASE_URL cannot be migrated: {reason}") from None
    if as_json:
        print_json(result)
        return
    say(f"Applied {counted(len(applied), 'migration')}; the schema is up to date.")
    for name in ("databaseUrl", "adminDatabaseUrl"):
        if name in result:
            setting = "MODELBOOK_DATABASE_URL" if name == "databaseUrl" else "MODELBOOK_ADMIN_DATABASE_URL"
            typer.echo(f"{setting}={result[name]}")


def _chosen(settings: Settings) -> container.Logins | None:
    if settings.database_url is None or settings.admin_database_url is None:
        return None
    return container.Logins(
        database_url=settings.database_url.get_secret_value(),
        admin_database_url=settings.admin_database_url.get_secret_value(),
    )


def new_logins(owner_url: str, chosen: container.Logins | None = None) -> dict[str, object]:
    """Give both logins new passwords, or those of the chosen URLs, and return the URLs to connect with, as a document.

    Raises:
        ApplicationError: a chosen URL is not of the login that it is for.
    """
    logins = container.set_passwords(owner_url, chosen=chosen)
    return {"databaseUrl": logins.database_url, "adminDatabaseUrl": logins.admin_database_url}
