"""`modelbook settings`."""

from typing import Annotated

import typer
from pydantic import SecretStr

from entrypoints.cli.output import clear_errors, print_json
from entrypoints.settings import PREFIX, Settings, load_settings
from entrypoints.settings_reference import settings_reference


def settings(
    reference: Annotated[bool, typer.Option("--reference", help="Print docs/settings.md instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print names, values and descriptions as JSON.")] = False,
) -> None:
    """Show the effective settings; those that were set are marked with *. Secrets are not shown."""
    with clear_errors(as_json=as_json):
        if reference:
            typer.echo(settings_reference(), nl=False)
            return
        held = load_settings()
    rows = [_row(held, name) for name in Settings.model_fields]
    if as_json:
        print_json({"settings": rows})
        return
    for row in rows:
        typer.echo(f"{'*' if row['isSet'] else ' '} {row['name']}={'' if row['value'] is None else row['value']}")


def _row(held: Settings, name: str) -> dict[str, object]:
    value = getattr(held, name)
    is_set = name in held.model_fields_set
    if isinstance(value, SecretStr):
        shown: object = "(secret)" if is_set else value.get_secret_value() or None
    elif value is None or isinstance(value, int | float):
        shown = value
    elif isinstance(value, tuple):
        shown = ",".join(map(str, value))
    elif isinstance(value, dict):
        shown = ",".join(f"{key}={amount}" for key, amount in value.items())
    else:
        shown = str(value)
    description = Settings.model_fields[name].description
    return {"name": f"{PREFIX}{name.upper()}", "value": shown, "isSet": is_set, "description": description}
