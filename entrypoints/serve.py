"""Serves with one process, or with several on one socket."""

import asyncio
import socket
from collections.abc import Callable
from errno import EADDRINUSE

import uvloop

from application.errors import Unavailable
from entrypoints.last_connections import let_nobody_connect
from entrypoints.restart_embedded_postgres import kept_alive
from entrypoints.runtime import Runtime
from entrypoints.server_process import running
from entrypoints.shutdown import Shutdown
from entrypoints.stop_signal import StopSignal
from entrypoints.worker_processes import Workers


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 takes a free one.

    Raises:
        Unavailable: the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        is_taken = error.errno == EADDRINUSE
        remedy = "Stop what uses it, or set MODELBOOK_PORT." if is_taken else "Set MODELBOOK_HOST and MODELBOOK_PORT."
        message = f"Cannot listen on {host}:{port}: {error.strerror}. {remedy}"
        raise Unavailable(message) from error
    listener.listen(1024)
    listener.setblocking(False)  # noqa: FBT003 - the signature is the standard library's
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_until_stopped(runtime: Runtime, listener: socket.socket, ready: Callable[[], None], stop: StopSignal) -> None:
    """Serve in this process, or in as many as are set, until SIGINT or SIGTERM.

    After SIGTERM it keeps serving for DRAIN_SECONDS and reports at `/readyz` that it stops. The requests in flight are
    finished before it returns, as far as SHUTDOWN_SECONDS allow, unless another signal comes.
    """
    if runtime.settings.workers == 1:
        uvloop.run(_serve(runtime, listener, ready, stop))
    else:
        Workers(runtime, listener, stop).run(ready)


async def _serve(runtime: Runtime, listener: socket.socket, ready: Callable[[], None], stop: StopSignal) -> None:
    shutdown = Shutdown(stop)
    async with kept_alive(runtime.revive_database), running(runtime, listener, stopping=shutdown.stopping):
        ready()
        await shutdown.begun()
        if await shutdown.drained(runtime.settings.drain_seconds):
            await asyncio.to_thread(let_nobody_connect, listener)
