"""A shell that executes the commands of a page, block by block."""

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.processes import COMMAND, environment

_PATIENCE_SECONDS = 300.0


class Shell:
    """A shell in a folder of its own, whose variables last from block to block."""

    def __init__(self, directory: Path, programs: Path, settings: Mapping[str, str]) -> None:
        """`programs` is a folder for the path; `settings` are those of the service, without their prefix."""
        self._directory = directory
        self._variables = environment(settings)
        self._variables["PATH"] = f"{programs}:{COMMAND.parent}:{self._variables['PATH']}"

    async def run(self, commands: str, **variables: str) -> str:
        """Return what the commands print; none of them may fail."""
        return await asyncio.to_thread(self._run, commands, self._variables | variables)

    def _run(self, commands: str, variables: Mapping[str, str]) -> str:
        script = f"set -aeu\n{commands}\nenv -0 > variables"
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=self._directory,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        lasting = (self._directory / "variables").read_text("utf-8").split("\0")
        self._variables = dict(line.split("=", 1) for line in lasting if line)
        return done.stdout

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the service as the commands have left them."""
        return {
            name.removeprefix("MODELBOOK_"): value
            for name, value in self._variables.items()
            if name.startswith("MODELBOOK_")
        }
