"""Programs that some tests need and that come with no Python package."""

import os
import shutil
from typing import NoReturn

import pytest


def program(*names: str, purpose: str) -> str:
    """Return the path of the first of these programs that is there; without any the test is skipped, in CI it fails."""
    path = next(filter(None, map(shutil.which, names)), None)
    return path or missing(f"{purpose} needs {' or '.join(names)} on the path.")


def missing(what: str) -> NoReturn:
    """Skip the test because of what is not there; in CI, where everything has to be there, fail it."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
