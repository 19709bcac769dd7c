"""`modelbook apply`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from application.declaration.plan import PlanOptions
from entrypoints.cli.declaring import (
    AsJson,
    HowToApply,
    Organization,
    PlanOnly,
    Url,
    Yes,
    applied,
    file_errors,
    read_file,
)
from entrypoints.cli.output import clear_errors
from entrypoints.cli.service_access import service_access
from entrypoints.declaration.read_declaration import SecretSources, declaration_of
from entrypoints.settings import load_settings


def apply(
    file: Annotated[Path, typer.Argument(help="A declaration in YAML: docs/declare.md describes it.")],
    org: Organization = None,
    url: Url = None,
    plan: PlanOnly = False,
    yes: Yes = False,
    remove: Annotated[bool, typer.Option("--remove", help="Also remove what is not in the file.")] = False,
    renew_secrets: Annotated[
        bool, typer.Option("--renew-secrets", help="Also send secrets again that cannot be compared.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an organization have what a file declares: providers, models, budget, access keys, webhooks.

    The service has to run. The whole file is checked, and the plan is shown, before anything is changed; what is as
    declared stays as it is. Exit codes: 0 done or nothing to do, 1 refused or broken off, 2 wrong file or option,
    3 with --plan if there are changes.

    Example: modelbook apply acme.yaml --org ORG --plan
    """
    with clear_errors(as_json=as_json):
        how = HowToApply(
            is_plan_only=plan,
            is_agreed=yes,
            as_json=as_json,
            options=PlanOptions(is_removing=remove, sends_secrets=renew_secrets),
        )
        how.check()
        access = service_access(load_settings(), url=url, org=org)
        with file_errors(file, None, as_json=as_json):
            document = read_file(file)
        with file_errors(file, document, as_json=as_json):
            sources = SecretSources(environment=os.environ, folder=file.parent)
            applied(access, declaration_of(document.content, sources), how)
