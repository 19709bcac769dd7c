"""What is checked out can be installed anywhere, and is what was locked."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import requires
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import PRODUCT, ROOT, place, project_files

LOCKS = ("requirements.txt", "requirements-dev.txt", "deploy/requirements.txt")
# Put together from pieces, so that this file does not name what it forbids.
REGISTRIES = "|".join(
    re.escape(f"{host}.{domain}")
    for host, domain in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb.debian", "org"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
    ]
)
# Each alternative begins with a letter or a slash, for which the files are searched in a tenth of the time.
MACHINE = r"/(?<![\w./:-]/)(?:root|work|opt|tmp|home/\w+|Users/\w+)\b"
FORBIDDEN = re.compile(f"{REGISTRIES}|{MACHINE}")
PINNED = re.compile(
    r"[a-z0-9][a-z0-9._-]*(\[[a-z,-]+\])?==[^ ;]+( ; [^\\]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+"
)


def _entries(lock: str) -> list[str]:
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [entry.rstrip() for entry in re.split(r"\n(?=\S)", text)]


def _names(entries: list[str]) -> set[str]:
    return {canonicalize_name(re.split(r"[=\[ ]", entry, maxsplit=1)[0]) for entry in entries}


class Locked(NamedTuple):
    """The version of a distribution, and the extras that are installed with it."""

    version: str
    extras: frozenset[str]


def _locked(entries: list[str]) -> dict[str, Locked]:
    """Return what the entries install on this machine, by its name."""
    requirements = [Requirement(entry.partition(" \\\n")[0]) for entry in entries]
    return {
        canonicalize_name(each.name): Locked(str(each.specifier).removeprefix("=="), frozenset(each.extras))
        for each in requirements
        if each.marker is None or each.marker.evaluate()
    }


def _gaps(owner: str, requirements: Iterable[str], extras: Iterable[str], locked: dict[str, Locked]) -> Iterator[str]:
    """Return what these requirements need and the lock does not install."""
    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        found = locked.get(canonicalize_name(requirement.name))
        if found is None:
            yield f"{owner} needs {requirement}, which is not in the lock"
        elif not requirement.specifier.contains(found.version, prereleases=True):
            yield f"{owner} needs {requirement}, and the lock has {found.version}"
        elif not requirement.extras <= found.extras:
            yield f"{owner} needs {requirement}, and the lock names it without {requirement.extras - found.extras}"


def _configuration() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _requirements(lock: str) -> list[str]:
    project = _configuration()
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    if lock == "requirements-dev.txt":
        lines += project["project"]["optional-dependencies"]["dev"]
    if lock == "deploy/requirements.txt":
        lines += project["project"]["optional-dependencies"]["redis"]
    return lines


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_has_one_version_and_its_hashes(lock: str) -> None:
    assert [entry for entry in _entries(lock) if not PINNED.fullmatch(entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.search("://| @ |^--", line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_covers_what_pyproject_requires(lock: str) -> None:
    wanted = {canonicalize_name(Requirement(line).name) for line in _requirements(lock)}
    assert wanted - _names(_entries(lock)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_closed_so_that_nothing_is_resolved_where_it_is_installed(lock: str) -> None:
    locked = _locked(_entries(lock))
    found = list(_gaps("pyproject.toml", _requirements(lock), (), locked))
    for name, each in locked.items():
        found += _gaps(name, requires(name) or (), each.extras, locked)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("requirement", "extras", "words"),
    [
        ("google-auth[requests]>=2", (), "the lock names it without"),
        ("google-auth>=3", (), "the lock has 2.40.0"),
        ("cachetools", (), "not in the lock"),
        ("cachetools; extra == 'cache'", ("cache",), "not in the lock"),
        ("cachetools; extra == 'cache'", (), None),
        ("cachetools; python_version < '3'", (), None),
        ("Google_Auth[aiohttp]<3", (), None),
    ],
)
def test_a_gap_in_a_lock_would_be_noticed(requirement: str, extras: tuple[str, ...], words: str | None) -> None:
    locked = _locked(["google-auth[aiohttp]==2.40.0 \\\n    --hash=sha256:00"])
    found = list(_gaps("genai", [requirement], extras, locked))
    assert len(found) == (words is not None)
    assert words is None or words in found[0]


def test_the_locks_agree_on_every_version() -> None:
    # One may need on all systems what another needs on some.
    runtime, *others = [{re.sub(r" ; [^\\]+", "", entry) for entry in _entries(lock)} for lock in LOCKS]
    for other in others:
        names = _names(list(other))
        assert {entry for entry in runtime if _names([entry]) <= names} <= {
            re.sub(r"\[.*?\]", "", each) for each in other
        } | other


@pytest.mark.parametrize("entry", ["aiohttp==3.14.5", "aiohttp>=3 \\\n    --hash=sha256:" + "0" * 64])
def test_a_requirement_without_version_or_hash_would_be_noticed(entry: str) -> None:
    assert not PINNED.fullmatch(entry)


def test_every_file_of_the_product_is_installed_with_it() -> None:
    patterns = _configuration()["tool"]["setuptools"]["package-data"]["*"]
    kinds = {"*.py", *(pattern.removeprefix("**/") for pattern in patterns)}
    files = [path for path in project_files() if path.relative_to(ROOT).parts[0] in PRODUCT]
    found = [place(path) for path in files if not any(path.match(kind) for kind in kinds)]
    assert found == [], "\n".join(found)


def test_no_file_names_a_place_on_one_machine_or_a_registry() -> None:
    found = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{place(path)}: {match.group()}" for match in FORBIDDEN.finditer(text)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /{}/someone/ledger".format("home"), True),
        ('"/{}/x"'.format("tmp"), True),
        ("files.{}.org".format("pythonhosted"), True),
        ("GET /api/work and https://example.com/tmp/x", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_a_place_on_one_machine_would_be_noticed(text: str, found: bool) -> None:
    assert bool(FORBIDDEN.search(text)) is found
