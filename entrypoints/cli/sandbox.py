"""`modelbook sandbox`."""

import asyncio
from typing import Annotated

import typer

from application.errors import Unavailable
from entrypoints.cli.output import clear_errors, print_json, say
from sandbox.server import guide, serve_sandbox


def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8090,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON.")] = False,
) -> None:
    """Simulate AI providers on loopback: lists, chat, streams, refusals and faults, without keys and costs.

    The service calls it when MODELBOOK_EGRESS_ALLOW names its address, such as 127.0.0.1:8090.
    """

    def ready(url: str) -> None:
        print_json({"url": url}) if as_json else say(guide(url))

    with clear_errors(as_json=as_json):
        try:
            asyncio.run(serve_sandbox(host, port, ready))
        except OSError as error:
            message = f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port."
            raise Unavailable(message) from error
