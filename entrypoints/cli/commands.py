"""The subcommands. Each is imported when it is used, because it needs few of the libraries."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command, get_group

# With what the help says of each, so that it need load none. A command lives in the module of its name in this folder,
# under its name: a function, or the Typer of further ones.
SUMMARIES: Final = {
    "serve": "Serve the API and the console.",
    "demo": "Start a demonstration with simulated providers.",
    "migrate": "Create the roles and bring the schema up to date.",
    "token": "Make a token for development.",
    "invite": "Invite somebody into an organization.",
    "sandbox": "Simulate AI providers on loopback.",
    "replay": "Show the history of a provider or a model.",
    "audit": "Prove the log.",
    "health": "Check providers.",
    "projections": "Verify and rebuild the tables that lists read.",
    "keys": "Make, show, rotate and remove master keys.",
    "backup": "Write the whole database into a file.",
    "restore": "Bring a backup into an empty database.",
    "apply": "Make an organization have what a file declares.",
    "export": "Write what an organization has as a declaration.",
    "import": "Take over providers and models from elsewhere.",
    "settings": "Show the effective settings.",
}
# A module cannot have the name of a keyword.
_MODULES: Final = {"import": "import_from"}


class Commands(TyperGroup):
    """The group that knows its commands by their names alone, and refuses what is none of them in one line."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **more: Any) -> NoReturn:  # noqa: ANN401 - handed on
        """Run the command that the arguments name, and end the process with its exit code."""
        given = sys.argv[1:] if args is None else list(args)
        try:
            ended = super().main(given, *others, **(more | {"standalone_mode": False}))
        except typer.Abort:
            sys.exit(1)
        except TyperException as error:
            _refuse(error, as_json="--json" in given)
            sys.exit(error.exit_code)
        sys.exit(ended if isinstance(ended, int) else 0)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - Typer's own type for it is private
        """Return the names in the order of the help."""
        del ctx
        return list(SUMMARIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Load the command; none has another name."""
        del ctx
        return _loaded(cmd_name) if cmd_name in SUMMARIES else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write what the commands do into the help, without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


def module_of(name: str) -> str:
    """Return the module of a command, in this folder."""
    return _MODULES.get(name, name)


def _refuse(error: TyperException, *, as_json: bool) -> None:
    from entrypoints.cli.output import print_error  # noqa: PLC0415 - needed by what fails only
    from entrypoints.cli.service_log import service_log  # noqa: PLC0415 - as above

    message = error.format_message().replace(": Input should", ": it should")
    if message.startswith("Usage: "):
        # No command was given: the whole help lists them.
        typer.echo(message, err=True)
        return
    if not message.endswith((".", "?")):
        message += "."
    context = getattr(error, "ctx", None)
    command = "modelbook" if context is None else context.command_path
    lines = [f"{message} See `{command} --help`."]
    if command.endswith(" serve"):
        with service_log(as_json=as_json) as log:
            log.print_error("wrong-usage", lines)
    else:
        print_error("wrong-usage", lines, as_json=as_json)


def _loaded(name: str) -> object:
    module = module_of(name)
    found: Any = getattr(import_module(f"entrypoints.cli.{module}"), module)
    holder = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
        return get_group(holder).commands[name]
    holder.command(name)(found)
    return get_command(holder)
