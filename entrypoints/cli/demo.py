"""`modelbook demo`."""

import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Annotated, Final

import typer
import uvloop

from application.errors import Unavailable
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.demo.seed_organization import ACTOR, ORGANIZATION_ID, seed
from entrypoints.demo.sign_in_links import SignInLinks
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from entrypoints.http.routes import routes_of
from entrypoints.restart_embedded_postgres import kept_alive
from entrypoints.runtime import Runtime, prepared
from entrypoints.serve import address_of, listening_socket
from entrypoints.server_process import running
from entrypoints.settings import WrongSettings, load_settings
from entrypoints.stop_signal import StopSignal, stop_signals, stopped
from sandbox.server import Sandbox

_LOOPBACK: Final = "127.0.0.1"
_TOKEN_HOURS: Final = 12


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the API and the console.")] = None,
    sandbox_port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="Port of the simulated providers on loopback; 0 takes a free one."),
    ] = 8090,
    as_json: Annotated[bool, typer.Option("--json", help="Print addresses and token as JSON.")] = False,
) -> None:
    """Start a demonstration: embedded Postgres, simulated providers on loopback, an organization with models, a token.

    Its data is kept in MODELBOOK_DATA_DIR for the next start. Ctrl-C stops everything.
    """
    with clear_errors(as_json=as_json):
        settings = load_settings(port=port)
        if settings.jwt_jwks_url or settings.jwt_jwks_file:
            raise WrongSettings(
                ["The demonstration signs its own tokens: unset MODELBOOK_JWT_JWKS_URL and MODELBOOK_JWT_JWKS_FILE."]
            )
        with (
            stop_signals() as stop,
            listening_socket(settings.host, settings.port) as listener,
            prepared(settings, say) as runtime,
        ):
            uvloop.run(_run(runtime, listener, sandbox_port, stop, as_json=as_json))
        say("Stopped. The data is kept.")


async def _run(
    runtime: Runtime, listener: socket.socket, sandbox_port: int, stop: StopSignal, *, as_json: bool
) -> None:
    stopping = stopped(stop)
    links = SignInLinks(partial(_token, runtime))
    async with (
        kept_alive(runtime.revive_database),
        _played(sandbox_port) as sandbox,
        running(_allowing(runtime, sandbox), listener, routes_of(links)) as container,
    ):
        await seed(container, sandbox)
        _announce(address_of(listener), sandbox.url, links, _token(runtime), as_json=as_json)
        await stopping.wait()


@asynccontextmanager
async def _played(port: int) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    try:
        await sandbox.start(_LOOPBACK, port)
    except OSError as error:
        message = (
            f"The simulated providers cannot listen on port {port}: {error.strerror}. Choose another --sandbox-port "
            "(make run SANDBOX_PORT=8091; 0 takes a free one)."
        )
        raise Unavailable(message) from error
    try:
        yield sandbox
    finally:
        await sandbox.stop()


def _allowing(runtime: Runtime, sandbox: Sandbox) -> Runtime:
    """Return the same with the sandbox among the addresses that may be called."""
    allowed = [runtime.settings.egress_allow, sandbox.url.removeprefix("http://")]
    settings = runtime.settings.model_copy(update={"egress_allow": ",".join(filter(None, allowed))})
    return replace(runtime, settings=settings)


def _token(runtime: Runtime) -> str:
    return make_token(
        runtime.jwt_secret or "",
        actor=ACTOR,
        issued_at=time.time(),
        lifetime_seconds=_TOKEN_HOURS * 3600,
        organization_id=ORGANIZATION_ID,
        role=Role.ADMIN,
        is_platform_admin=True,
        audience=runtime.settings.jwt_audience,
        issuer=runtime.settings.jwt_issuer,
    )


def _announce(url: str, sandbox_url: str, links: SignInLinks, token: str, *, as_json: bool) -> None:
    link = links.new_link(url)
    if as_json:
        print_json(
            {
                "url": url,
                "sandboxUrl": sandbox_url,
                "organizationId": ORGANIZATION_ID,
                "token": token,
                "signInLink": link,
            }
        )
        return
    say(f"\nModelbook             {url}/\nSign in (once)        {link}")
    say(f"API documentation     {url}/api/docs\nSimulated providers   {sandbox_url}/")
    say(f"Organization          {ORGANIZATION_ID}\nToken ({_TOKEN_HOURS} hours)      {token}\n")
    say(f'Try:  curl -H "Authorization: Bearer $TOKEN" {url}/api/ai/models\nCtrl-C stops it.')
