"""A package that brings a provider type is used by being installed, and one that is broken harms nobody."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest_asyncio

from sandbox.server import Sandbox

ROOT: Final = Path(__file__).resolve().parents[3]
PACKAGE: Final = Path(__file__).parent / "package"
METADATA: Final = "Metadata-Version: 2.4\nName: acme-provider\nVersion: 2.1\n"
ENTRY_POINTS: Final = """\
[modelbook.providers]
acme = acme_provider:AcmeProvider
acme_writer = acme_provider:AcmeWriter
clumsy = acme_provider:Clumsy
exploding = acme_provider:explode
forgetful = acme_provider:Forgetful
misnamed = acme_provider:Misnamed
missing = acme_provider:Nowhere
openai = acme_provider:Impostor
unfinished = acme_provider:Unfinished
"""


def install(folder: Path) -> None:
    """Put the package where an installer would, with the metadata an installer writes."""
    shutil.copy(PACKAGE / "acme_provider.py", folder)
    information = folder / "acme_provider-2.1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: acme-provider\nVersion: 2.1\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")


@pytest_asyncio.fixture
async def used(sandbox: Sandbox, tmp_path: Path) -> tuple[dict[str, Any], str]:
    """Give what another process got out of the installed types, and what it logged."""
    install(tmp_path)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PACKAGE / "use_installed.py"),
        sandbox.endpoint("deepseek"),
        sandbox.key("deepseek"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return json.loads(out), errors.decode()


async def test_an_installed_type_works_like_a_built_in_one(used: tuple[dict[str, Any], str], sandbox: Sandbox) -> None:
    result, log = used
    key = sandbox.key("deepseek")
    assert result["types"][:5] == ["openai", "anthropic", "google", "azure_openai", "openai_compatible"]
    assert result["types"][5:] == ["acme", "acme_writer", "clumsy", "forgetful"]
    assert result["settings"] == {"tier": 1}
    assert result["refused"].startswith("/settings/tier: ")
    assert result["models"] == ["acme-1"]
    good, bad, clumsy = result["reports"]
    assert good == {"status": "healthy", "category": "ok", "message": "Acme is well."}
    assert bad == {"status": "unhealthy", "category": "auth_invalid", "message": "Acme knows no [redacted]."}
    assert clumsy["message"] == "The adapter for Clumsy failed (LookupError)."
    assert result["failures"] == [
        "auth_invalid: Acme knows no [redacted].",
        "provider_error: The adapter for Clumsy failed (LookupError).",
    ]
    assert key not in f"{result}{log}"


async def test_an_installed_type_runs_prompts_when_it_can(used: tuple[dict[str, Any], str], sandbox: Sandbox) -> None:
    result, log = used
    written = result["written"]
    answer = "You said “Hello” (1 word)."
    words = "You|said|“Hello”|(1|word)."
    assert written["acme_writer"] == [answer, f"begun without seed|{words}|{answer}"]
    assert written["acme_writer with a bad key"] == ["auth_invalid: Acme knows no [redacted]."] * 2
    assert written["acme"] == ["bad_request: The adapter for Acme does not run prompts."] * 2
    failed = "provider_error: The adapter for {} failed ({})."
    clumsy = failed.format("Clumsy", "LookupError")
    forgetful = failed.format("Forgetful", "AdapterUnusable")
    assert written["clumsy"] == [clumsy, f"begun without nothing|Well, |{clumsy}"]
    assert written["forgetful"] == [forgetful, f"begun without nothing|Well, |{forgetful}"]
    assert sandbox.key("deepseek") not in f"{written}{log}"


async def test_a_broken_type_is_named_with_its_package_and_stops_nobody(used: tuple[dict[str, Any], str]) -> None:
    result, log = used
    broken = {each["name"]: each["reason"] for each in result["broken"]}
    assert broken.keys() == {"exploding", "misnamed", "missing", "openai", "unfinished"}
    assert {each["origin"] for each in result["broken"]} == {"acme-provider 2.1"}
    assert broken["exploding"] == "Odd: made so"
    assert "Nowhere" in broken["missing"]
    assert "already" in broken["openai"]
    assert "probe" in broken["unfinished"]
    assert "entry point" in broken["misnamed"]
    assert result["missing"].startswith("/providerType: The provider type 'exploding' of acme-provider 2.1 cannot")
    assert "The provider type 'exploding' of acme-provider 2.1 cannot be used: Odd: made so" in log
    # The impostor did not get the key: the built-in type asked, and understood DeepSeek's list.
    assert result["built in"] == "ok"
