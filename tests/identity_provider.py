"""Starts a real identity provider, the npm package oidc-provider, with accounts of the test's own."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.npm import Packages, installed
from tests.process_output import read_until

CLIENT_ID: Final = "modelbook"
CLIENT_SECRET: Final = "of the tests: +/="
_SOURCES: Final = Path(__file__).with_name("openid_provider")
_START_SECONDS: Final = 60.0


def packages() -> Packages:
    """Return the provider's packages; without Node.js or their registry the test is skipped, in CI it fails."""
    return installed(_SOURCES, purpose="Signing in with a real identity provider")


@contextmanager
def identity_provider(accounts: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Give the issuer of a provider that knows these people by their claims; any password is theirs."""
    provider = packages()
    script = shutil.copy(_SOURCES / "provider.mjs", provider.place)
    settings = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "accounts": accounts}
    with subprocess.Popen(
        [provider.node, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(settings).encode() + b"\n")
            process.stdin.flush()
            # Before it says that it serves, it warns that it is set up for development.
            said = read_until(process.stdout, "serving\n", seconds=_START_SECONDS, of="The identity provider")
            yield said.split()[-2]
        finally:
            process.kill()
