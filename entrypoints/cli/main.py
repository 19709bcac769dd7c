"""The command `modelbook`."""

from __future__ import annotations

import typer

from entrypoints.cli.buffered_output import buffer_output
from entrypoints.cli.commands import Commands
from entrypoints.settings import settings_help

app = typer.Typer(
    name="modelbook",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keeps an organization's AI providers and models, with every change in a tamper-evident log.",
    epilog="Settings, from the environment:\n\n" + "\n\n".join(settings_help()),
)


@app.callback()
def modelbook() -> None:
    """Take the options that come before a command, of which there are none."""


def main() -> None:
    """Run the command line."""
    buffer_output()
    app()
