"""The subcommands, each loaded when it is asked for: one needs few of the libraries that all of them need together."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

# Each lives in the module of its name in this folder, under its name: a function, or the Typer of further ones.
NAMES: Final = ("serve", "demo", "migrate", "token", "sandbox", "replay", "audit", "health", "projections", "keys")


class Commands(TyperGroup):
    """The group that knows its commands by their names alone."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - Typer's own type for it is private
        """Return the names in the order in which the help tells them."""
        del ctx
        return list(NAMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Load the command; none has another name."""
        del ctx
        return _loaded(cmd_name) if cmd_name in NAMES else None


def _loaded(name: str) -> object:
    found: Any = getattr(import_module(f"entrypoints.cli.{name}"), name)
    holder = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
        return get_group(holder).commands[name]
    holder.command(name)(found)
    return get_command(holder)
