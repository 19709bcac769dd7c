"""The command `modelbook`."""

import io
import sys

import typer

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


def buffer_output() -> None:
    """Give standard output and standard error a buffer even if PYTHONUNBUFFERED turns it off.

    A raw stream takes what a pipe has room for, once, and drops the rest of a long text when something interrupts it,
    as io_uring under uvloop does. Lines are still passed on at once.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
            encoding, errors_ = stream.encoding, stream.errors
            buffered = io.BufferedWriter(stream.detach())
            setattr(sys, name, io.TextIOWrapper(buffered, encoding, errors_, line_buffering=True))
