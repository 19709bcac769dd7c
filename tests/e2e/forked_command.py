"""The program `modelbook` for shells: it has the command executed by a process that need not load anything."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.e2e.forks import forked
from tests.scratch_folder import scratch_folder

PATIENCE_SECONDS: Final = 60.0
_STREAMS: Final = 3
_PROGRAM: Final = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    socket.send_fds(asked, [b"."], [0, 1, 2])
    asked.sendall(json.dumps([sys.argv, dict(os.environ), os.getcwd()]).encode())
    asked.shutdown(socket.SHUT_WR)
    sys.exit(int(asked.recv(16)))
"""


@contextmanager
def forked_command() -> Iterator[Path]:
    """Give a folder for the path of a shell, in which the program `modelbook` lies; it takes one order at a time."""
    folder = scratch_folder()
    address, program = folder / "orders", folder / "modelbook"
    program.write_text(_PROGRAM.format(python=sys.executable, address=str(address)), encoding="utf-8")
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as orders:
        orders.bind(str(address))
        orders.listen()
        server = threading.Thread(target=_serve, args=(orders,), daemon=True)
        server.start()
        try:
            yield folder
        finally:
            orders.shutdown(socket.SHUT_RDWR)
            server.join(PATIENCE_SECONDS)
            address.unlink()
            program.unlink()
            folder.rmdir()


def _serve(orders: socket.socket) -> None:
    while True:
        try:
            order, _ = orders.accept()
        except OSError:
            return
        with order:
            _, streams, _, _ = socket.recv_fds(order, 1, _STREAMS)
            with order.makefile("rb") as text:
                arguments, environment, directory = json.load(text)
            ended, ending = os.pipe()
            forked(arguments, environment, [*streams, ending], directory)
            for ours in (*streams, ending):
                os.close(ours)
            order.sendall(os.read(ended, 16))
            os.close(ended)
