"""The command `model-ledger` and its subcommands."""

from __future__ import annotations

import typer

from entrypoints.cli.audit import audit
from entrypoints.cli.demo import demo
from entrypoints.cli.health import health
from entrypoints.cli.keys import keys
from entrypoints.cli.migrate import migrate
from entrypoints.cli.projections import projections
from entrypoints.cli.replay import replay
from entrypoints.cli.sandbox import sandbox
from entrypoints.cli.serve import serve
from entrypoints.cli.token import token
from entrypoints.settings import PREFIX, Settings

app = typer.Typer(
    name="model-ledger",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keeps an organization's AI providers and models, with every change in a tamper-evident log.",
    epilog="Settings, from the environment:\n\n"
    + "\n\n".join(f"{PREFIX}{name.upper()}: {field.description}" for name, field in Settings.model_fields.items()),
)
app.command()(serve)
app.command()(demo)
app.command()(migrate)
app.command()(token)
app.command()(sandbox)
app.command()(replay)
app.add_typer(audit, name="audit")
app.add_typer(health, name="health")
app.add_typer(projections, name="projections")
app.add_typer(keys, name="keys")


def main() -> None:
    """Run the command line."""
    app()
