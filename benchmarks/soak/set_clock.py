"""Clocks of processes that can be set while they run, where there is a C compiler to make the library for it.

libfaketime is not used: it has Python's sleep, which waits for a time of the monotonic clock, fail.
"""

import subprocess
from pathlib import Path
from struct import pack
from typing import Final

from benchmarks.slow_disk import compiler

_SOURCE: Final = Path(__file__).with_name("set_clock.c")


class Clock:
    """The clock of the processes that are started with its environment."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the library in the folder, which the processes can read."""
        self._offset = folder / f"{name}.clock"
        self._library = folder / f"{name}.so"
        self.is_settable = compiler() is not None
        if self.is_settable:
            command = [compiler() or "cc", "-shared", "-fPIC", "-o", str(self._library), str(_SOURCE), "-ldl"]
            subprocess.run(command, check=True, timeout=60)
            self._library.chmod(0o755)
            self.set_ahead(0)
            self._offset.chmod(0o644)

    def environment(self) -> dict[str, str]:
        """Return the variables that a process is to be started with."""
        return {"LD_PRELOAD": str(self._library), "CLOCK_OFFSET": str(self._offset)} if self.is_settable else {}

    def set_ahead(self, seconds: int) -> None:
        """Have the processes believe that it is so many seconds later than it is."""
        # In place, because it is mapped into their memory.
        with self._offset.open("r+b" if self._offset.exists() else "w+b") as file:
            file.write(pack("=q", seconds))
