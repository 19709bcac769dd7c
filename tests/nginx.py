"""A balancer of a test's own: nginx, which Debian's package of that name brings."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.external_tools import program
from tests.scratch_folder import scratch_folder

_PATIENCE_SECONDS = 20.0
# What the defaults say, but for the places where it runs and what it may write.
_CONFIGURATION = """\
daemon off;
pid {folder}/pid;
error_log {folder}/log warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream service {{
{servers}
    }}
    server {{
        listen unix:{folder}/socket;
        location / {{ proxy_pass http://service; }}
    }}
}}
"""


class Nginx:
    """Stands before servers on this machine, with its defaults; gone after the `with`.

    `more` is what stands behind the address of each, such as `max_fails=0`.
    """

    def __init__(self, addresses: Sequence[str], *, more: str = "") -> None:
        self._servers = "\n".join(f"        server {address} {more};" for address in addresses)
        self._folder = scratch_folder()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / "socket"

    @property
    def log(self) -> str:
        """What it complained about."""
        return (self._folder / "log").read_text("utf-8")

    def __enter__(self) -> Self:
        found = program("nginx", purpose="A balancer before two processes")
        # Its workers are not root.
        self._folder.chmod(0o755)
        configuration = self._folder / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=self._folder, servers=self._servers), "utf-8")
        self._process = subprocess.Popen([found, "-e", self._folder / "log", "-c", configuration])
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self.socket.exists():
            assert time.monotonic() < deadline, self.log
            assert self._process.poll() is None, self.log
            time.sleep(0.02)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)
