"""Finds the processes of a Postgres server by their names, because the id in a lock file may be reused."""

import time
from collections.abc import Callable
from typing import Final

import psutil

_STEP_SECONDS: Final = 0.05


class ServerProcesses:
    """The processes of the server with a `cluster_name`, found by their arguments or titles."""

    def __init__(self, name: str) -> None:
        self.setting = f"cluster_name={name}"
        self._title = f"postgres: {name}: "

    def postmaster(self, pid: int | None) -> psutil.Process | None:
        """Return the process with this id if it is the server, or None if it has ended or is another program."""
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
        except (psutil.Error, ValueError):
            return None
        return process if self._is_ours(process) else None

    def end_all(self, *, patience_seconds: float) -> bool:
        """Wait for the child processes of a killed server, kill those that do not end, and return whether all are gone.

        They normally end by themselves, and until then they hold the shared memory of the dead server.
        """
        if _happens(lambda: not self._found(), patience_seconds):
            return True
        for process in self._found():
            try:
                process.kill()
            except psutil.Error:
                continue
        return _happens(lambda: not self._found(), patience_seconds)

    def _found(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        # Not by the working directory, which root in a container may not read of other users' processes.
        try:
            arguments = process.cmdline()
        except psutil.Error:
            return False
        return self.setting in arguments or " ".join(arguments).startswith(self._title)


def _happens(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_SECONDS)
    return True
