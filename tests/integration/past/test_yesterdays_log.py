"""A log outlives the code that wrote it: tomorrow's version of an event reads today's, everywhere."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from adapters.event_store.repositories import EventSourcedProviders
from tests.builders import a_provider, acting
from tests.databases import Connection, Database
from tests.log_contents import assert_whole

ROOT = Path(__file__).parents[3]
TODAY = """        TOPIC = "provider.renamed"
        name: str
"""
# A later version of the event records the language of a name, and its upcaster corrects old names.
TOMORROW = """        TOPIC = "provider.renamed"
        class_version = 2
        name: str
        language: str

        @staticmethod
        def upcast_v1_v2(facts: dict[str, Any]) -> None:
            facts["name"] = facts["name"].upper()
            facts["language"] = "unknown"
"""


def _tomorrow(folder: Path) -> None:
    """Make a copy of the domain in which the event has a second version."""
    shutil.copytree(ROOT / "domain", folder / "domain", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "domain" / "provider" / "aggregate.py"
    text = file.read_text("utf-8")
    changes = {
        TODAY: TOMORROW,
        "self._renamed(name=checked)": 'self._renamed(name=checked, language="en")',
        "def _renamed(self, name: str) -> None:": "def _renamed(self, name: str, language: str) -> None:",
    }
    for today, tomorrow in changes.items():
        assert text.count(today) == 1
        text = text.replace(today, tomorrow)
    file.write_text(text, "utf-8")


def _read_tomorrow(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tests/integration/past/newer_version.py", *arguments],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


async def test_yesterdays_log_reads_today(
    database: Database, owner: Connection, providers: EventSourcedProviders, organization_id: UUID, tmp_path: Path
) -> None:
    provider = a_provider(name="first")
    with acting(organization_id):
        provider.rename("renamed")
        await providers.save(provider)
    _tomorrow(tmp_path)
    done = await asyncio.to_thread(_read_tomorrow, tmp_path, database.app_url, str(organization_id), str(provider.id))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "loaded": "RENAMED",
        "facts": [{"name": "renamed"}, {"class_version": 2, "language": "en", "name": "tomorrow's name"}],
        "history": ["RENAMED", "tomorrow's name"],
        "at revision": "RENAMED",
        "list": ["RENAMED"],
        "live": "tomorrow's name",
    }
    assert_whole(owner)
