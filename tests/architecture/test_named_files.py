"""Comments, docstrings and pages name files that there are."""

import re

from tests.architecture.sources import ROOT, place, project_files

_READ = {".md", ".py", ".sql", ".js", ".toml", ".yaml"}
_FOLDERS = "adapters|application|benchmarks|deploy|docs|domain|entrypoints|migrations|modelbook|sandbox|tests"
# A path from the root of the project, or the bare name of a test. The changelog names what was there then.
_NAMED = re.compile(rf"(?<![\w/.])((?:{_FOLDERS})/[\w./-]+\.(?:py|sql|md|js|yaml)|test_\w+\.py)\b")
_HISTORY = ROOT / "CHANGELOG.md"


def _missing(text: str, names: set[str]) -> list[str]:
    """Return the files that the text names and that are not there."""
    named = _NAMED.findall(text)
    return [name for name in named if (name not in names if "/" not in name else not (ROOT / name).is_file())]


def test_every_file_that_is_named_is_there() -> None:
    files = project_files()
    names = {path.name for path in files}
    read = [path for path in files if path.suffix in _READ and path != _HISTORY]
    missing = {place(path): _missing(path.read_text("utf-8"), names) for path in read}
    assert {where: named for where, named in missing.items() if named} == {}


def test_a_file_that_is_not_there_would_be_noticed() -> None:
    gone = ["application/nowhere/" + "hash_chain.py", "test_" + "nothing.py"]
    assert _missing(f"See {gone[0]} and (`{gone[1]}`), README.md and {place(_HISTORY)}.", {"README.md"}) == gone
