"""The command `modelbook` as a person starts it: a process of its own, in a data directory of its own.

Most need not load anything (`tests/e2e/forks.py`); where the start itself is the matter, the installed program is run.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.forks import Forked
from tests.process_ends import wait_for_ends
from tests.process_output import SaidNothing, read_to_the_end, read_until
from tests.scratch_folder import scratch_folder

COMMAND = Path(sys.executable).with_name("modelbook")
PATIENCE_SECONDS = 60.0


class NotStarted(AssertionError):
    """The process ended, or said nothing, instead of beginning its work."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command that ends by itself has said."""

    exit_code: int
    out: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """What it complained about."""
        return [line for line in self.errors.splitlines() if line.startswith("modelbook: ")]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with these settings of ours and no others, as an ordinary machine has it.

    No balancer is told that a process stops, unless a test has one.
    """
    settings = {"DRAIN_SECONDS": "0", **settings}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MODELBOOK_") and name not in {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    }
    return inherited | {f"MODELBOOK_{name}": value for name, value in settings.items()}


def run(*arguments: str, **settings: str) -> Finished:
    """Run a command to its end."""
    with tempfile.TemporaryFile("w+") as errors:
        process = Forked([str(COMMAND), *arguments], environment(settings), errors.fileno())
        try:
            with process.stdout as output:
                out = read_to_the_end(output, seconds=PATIENCE_SECONDS, of="The command")
            exit_code = process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()
        errors.seek(0)
        return Finished(exit_code, out, errors.read())


class Running:
    """A command that serves; its standard output begins with a JSON document that says where."""

    def __init__(self, start: Callable[[int], Forked | subprocess.Popen[str]]) -> None:
        """`start` starts it, in a session of its own, with standard error going to the file of a descriptor."""
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `end`
        self.process = start(self._errors.fileno())

    def ready(self) -> dict[str, Any]:
        """Wait until it serves and return what it says about itself."""
        try:
            text = read_until(self.process.stdout, "\n}\n", seconds=PATIENCE_SECONDS, of="The command")
        except SaidNothing as error:
            raise NotStarted(f"{error}\n{self.errors}") from error
        if not text:
            raise NotStarted(self.errors)
        said: dict[str, Any] = json.loads(text)
        return said

    @property
    def errors(self) -> str:
        """All that it has written to standard error so far."""
        self._errors.flush()
        self._errors.seek(0)
        return self._errors.read()

    def wait_for(self, words: str) -> None:
        """Wait until it has said this on standard error."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.errors:
            assert time.monotonic() < deadline, self.errors
            assert self.process.poll() is None, self.errors
            time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def interrupt(self) -> None:
        """Send what Ctrl-C sends: SIGINT to every process of the terminal's group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it without warning; what it started continues."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that it has started to serve."""
        return [
            child for child in psutil.Process(self.process.pid).children() if "postgres" not in child.name().lower()
        ]

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """Make sure that it is gone and nothing is left open."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(PATIENCE_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._errors.close()


@contextmanager
def serving(*arguments: str, **settings: str) -> Iterator[Running]:
    """Start a command that serves, and see to its end."""
    with started(*arguments, "--json", **settings) as running:
        yield running


@contextmanager
def started(*arguments: str, **settings: str) -> Iterator[Running]:
    """Start a command that is to be watched, and see to its end."""
    command = [str(COMMAND), *arguments]
    with _seen_to_its_end(Running(lambda errors: Forked(command, environment(settings), errors))) as running:
        yield running


@contextmanager
def serving_from(command: Path, cwd: Path | None, /, *arguments: str, **settings: str) -> Iterator[Running]:
    """Start an installed program that serves, of another installation or in another folder, and see to its end."""

    def started(errors: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [command, *arguments, "--json"],
            cwd=cwd,
            env=environment(settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )

    with _seen_to_its_end(Running(started)) as running:
        yield running


@contextmanager
def _seen_to_its_end(running: Running) -> Iterator[Running]:
    try:
        yield running
    finally:
        running.end()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that Postgres may enter, whoever runs it, with a path short enough for a socket."""
    path = scratch_folder()
    try:
        yield path
    finally:
        stop_postgres(path)
        shutil.rmtree(path, ignore_errors=True)


def postgres_of(data_dir: Path) -> psutil.Process | None:
    """Return the embedded Postgres that runs on a data directory, none when it does not."""
    lock = data_dir / "postgres" / "postmaster.pid"
    if not lock.exists():
        return None
    try:
        process = psutil.Process(int(lock.read_text().splitlines()[0]))
        return process if "postgres" in process.name() else None
    except psutil.NoSuchProcess:
        return None


def owner_url(data_dir: Path) -> str:
    """Return the superuser's URL of the embedded Postgres that runs on a data directory."""
    socket_folder = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[4].strip()
    return f"postgresql://postgres@/postgres?host={socket_folder}"


def stop_postgres(data_dir: Path) -> None:
    """End an embedded Postgres that a killed process has left behind."""
    process = postgres_of(data_dir)
    if process is not None:
        process.send_signal(signal.SIGQUIT)
        wait_for_ends([process])


def copied(template: Path, target: Path) -> None:
    """Fill a data directory from another one, owners and all."""
    subprocess.run(["cp", "-a", f"{template}/.", str(target)], check=True, timeout=PATIENCE_SECONDS)
