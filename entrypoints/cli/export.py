"""`modelbook export`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop

from application.declaration.exported import Exported, exported
from entrypoints.cli.declaring import Organization, Url
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.cli.service_access import ServiceAccess, service_access
from entrypoints.declaration.container import organization
from entrypoints.declaration.yaml_documents import write_yaml
from entrypoints.settings import WrongSettings, load_settings

STANDARD_OUTPUT: Final = "-"


def export(
    file: Annotated[Path, typer.Argument(help="The file to write, in place of an older one; - prints it.")],
    org: Organization = None,
    url: Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written, and what was not, as JSON.")] = False,
) -> None:
    """Write what an organization has as a declaration for `modelbook apply`, without secrets.

    Applied to the same organization it changes nothing; applied to another one it makes the same there, with the
    secrets from the environment variables that the file names.

    Example: modelbook export acme.yaml --org ORG
    """
    with clear_errors(as_json=as_json):
        access = service_access(load_settings(), url=url, org=org)
        made = uvloop.run(_exported(access))
        if as_json and str(file) == STANDARD_OUTPUT:
            print_json({"declaration": made.document, "notes": list(made.notes)})
            return
        written(made.document, file)
    for note in made.notes:
        say(note)
    if as_json:
        print_json({"file": str(file), "notes": list(made.notes)})


def written(document: object, file: Path) -> None:
    """Write the document into the file, or to standard output where that is requested.

    Raises:
        WrongSettings: the file cannot be written.
    """
    text = write_yaml(document)
    if str(file) == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongSettings([f"{file} cannot be written: {error.strerror}."]) from None


async def _exported(access: ServiceAccess) -> Exported:
    async with organization(access.url, access.token) as service:
        await service.check(access.organization_id)
        return exported(await service.resources(), now=datetime.now(UTC))
