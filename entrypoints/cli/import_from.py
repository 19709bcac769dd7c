"""`modelbook import`: other systems' configurations, translated into declarations and applied as such."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop

from application.declaration.known_services import openrouter, providers_of_environment
from application.declaration.litellm.config import from_litellm
from application.declaration.resources import Declaration
from application.declaration.translation import Translation, without_missing_secrets
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
from entrypoints.cli.export import written
from entrypoints.cli.output import clear_errors, say
from entrypoints.cli.service_access import service_access
from entrypoints.declaration.offered_models import with_offered_models
from entrypoints.declaration.read_declaration import SecretSources, declaration_of
from entrypoints.settings import load_settings

import_from = typer.Typer(no_args_is_help=True, help="Take over providers and models from elsewhere.")

_ENVIRONMENT: Final = Path("the environment")

Output = Annotated[
    Path | None, typer.Option("--output", help="Write the declaration instead of applying it; - prints it.")
]
Models = Annotated[
    list[str] | None,
    typer.Option("--models", help="Also register the models whose names fit, such as 'openai/gpt-*'; again for more."),
]


@import_from.callback()
def about() -> None:
    """Take over providers and models from elsewhere.

    What is found is translated into a declaration and applied as `modelbook apply` does: after its plan was shown, and
    without removing anything. What cannot be taken over is named.
    """


@import_from.command()
def litellm(
    config: Annotated[Path, typer.Argument(help="The config.yaml of a LiteLLM proxy.")],
    org: Organization = None,
    url: Url = None,
    plan: PlanOnly = False,
    yes: Yes = False,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Take over a LiteLLM proxy's configuration: its models, their prices and settings, and the accounts they are at.

    Values such as os.environ/OPENAI_API_KEY are read from the environment of this command.

    Example: modelbook import litellm config.yaml --org ORG --plan
    """
    with clear_errors(as_json=as_json):
        with file_errors(config, None, as_json=as_json):
            document = read_file(config)
        with file_errors(config, document, as_json=as_json):
            translation = from_litellm(document.content, os.environ)
        how = HowToApply(is_plan_only=plan, is_agreed=yes, as_json=as_json)
        _import(translation, config, how, org=org, url=url, output=output)


def _importing(translate: Callable[[Mapping[str, str]], Translation]) -> Callable[..., None]:
    """Return the command that takes over what the environment's variables are translated into."""

    def command(
        org: Organization = None,
        url: Url = None,
        models: Models = None,
        plan: PlanOnly = False,
        yes: Yes = False,
        output: Output = None,
        as_json: AsJson = False,
    ) -> None:
        with clear_errors(as_json=as_json):
            how = HowToApply(is_plan_only=plan, is_agreed=yes, as_json=as_json)
            _import(translate(os.environ), _ENVIRONMENT, how, org=org, url=url, output=output, models=models)

    return command


import_from.command(
    "openrouter",
    help="""Register OpenRouter with the key in OPENROUTER_API_KEY, and the models that are chosen.

    Example: modelbook import openrouter --org ORG --models 'anthropic/*' --models 'openai/gpt-*'
    """,
)(_importing(openrouter))
import_from.command(
    "env",
    help="""Register the providers whose keys are in the environment: OPENAI_API_KEY, ANTHROPIC_API_KEY and the like.

    Example: modelbook import env --org ORG --models 'gpt-*'
    """,
)(_importing(providers_of_environment))


def _import(
    translation: Translation,
    origin: Path,
    how: HowToApply,
    *,
    org: str | None,
    url: str | None,
    output: Path | None,
    models: list[str] | None = None,
) -> None:
    settings = load_settings()
    environment = {**os.environ, **translation.secrets}
    if models:
        translation = uvloop.run(with_offered_models(translation, models, environment, settings))
    if output is not None:
        _tell(translation, how)
        written(translation.document, output)
        return
    how.check()
    access = service_access(settings, url=url, org=org)
    translation = without_missing_secrets(translation, environment)
    _tell(translation, how)
    with file_errors(origin, None, as_json=how.as_json):
        declared = declaration_of(translation.document, SecretSources(environment=environment, folder=origin.parent))
        # Other resources of the organization are not compared here.
        resources = [replace(each, is_offered=each.kind == "model" and bool(models)) for each in declared.resources]
        applied(access, Declaration(resources=resources), how, {"notTaken": list(translation.notes)})


def _tell(translation: Translation, how: HowToApply) -> None:
    if not how.as_json:
        for note in translation.notes:
            say(note)
