"""The command `modelbook`, which is also `python -m modelbook`."""

import json
import os
import sys

from modelbook.own_packages import HOME, find_foreign_package


def main() -> None:
    """Run the command line; refuse in one line, with exit code 1, if it would import somebody else's packages."""
    message = find_foreign_package()
    if message is not None:
        error: dict[str, object] = {"error": {"code": "foreign-package", "lines": [message]}}
        is_logged = sys.argv[1:2] == ["serve"] and os.environ.get("MODELBOOK_LOG_FORMAT", "").strip().lower() == "json"
        if is_logged:
            error = {"event": message, "level": "error", "code": "foreign-package"}
        sys.stderr.write(f"{json.dumps(error) if is_logged or '--json' in sys.argv[1:] else f'modelbook: {message}'}\n")
        sys.exit(1)
    # Where libuv, below uvloop, registers its files through io_uring, some get lost on some kernels: a process then
    # never learns of SIGTERM (tests/e2e/test_process_life.py). Who knows better sets the variable.
    os.environ.setdefault("UV_USE_IO_URING", "0")
    from entrypoints.cli.main import main as run  # noqa: PLC0415 - only now it is known whose package that is

    run()


def _leave_out_the_working_directory() -> None:
    """Take out what `python -m` has put in front, unless Modelbook itself is there."""
    if not sys.flags.safe_path and sys.path and sys.path[0] == os.getcwd() != str(HOME):  # noqa: PTH109 - its spelling
        del sys.path[0]


if __name__ == "__main__":
    _leave_out_the_working_directory()
    main()
