"""A release is the same whoever builds it, and says what is in it."""

import hashlib
import json
import re
import runpy
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from jsonschema_rs import Draft7Validator, Registry

from modelbook import __version__
from tests.architecture.sources import ROOT


def bill_of_materials_schema() -> Draft7Validator:
    """Return the validator of CycloneDX's own schema, with those that it refers to."""
    package = find_spec("cyclonedx.schema")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "_res"
    bom = json.loads((folder / "bom-1.6.SNAPSHOT.schema.json").read_text("utf-8"))
    others = [folder / f"{name}.SNAPSHOT.schema.json" for name in ("spdx", "jsf-0.82")]
    base = bom["$id"].rpartition("/")[0]
    return Draft7Validator(
        bom, registry=Registry([(f"{base}/{each.name}", json.loads(each.read_text("utf-8"))) for each in others])
    )


def test_a_release_is_built_twice_alike_and_has_checksums_and_a_bill_of_materials(tmp_path: Path) -> None:
    # Raises where the second build differs from the first.
    files = runpy.run_path(str(ROOT / "deploy" / "release.py"))["released"](tmp_path)
    names = [file.name for file in files]
    assert names == [
        f"modelbook-{__version__}-py3-none-any.whl",
        f"modelbook-{__version__}.tar.gz",
        f"modelbook-{__version__}.cdx.json",
        "SHA256SUMS",
    ]
    wheel, source, materials, sums = files
    for line in sums.read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert len(sums.read_text("utf-8").splitlines()) == 3
    with zipfile.ZipFile(wheel) as packed:
        assert {name.partition("/")[0] for name in packed.namelist()} == {
            "adapters",
            "application",
            "domain",
            "entrypoints",
            "migrations",
            "modelbook",
            f"modelbook-{__version__}.dist-info",
            "sandbox",
        }
    with tarfile.open(source) as packed_source:
        assert len({(member.mtime, member.uid, member.uname) for member in packed_source}) == 1
    document = json.loads(materials.read_text("utf-8"))
    assert [error.message for error in bill_of_materials_schema().iter_errors(document)] == []
    assert document["metadata"]["component"]["version"] == __version__
    known = {(each["name"], each["version"]) for each in document["components"]}
    locked = (ROOT / "deploy" / "requirements.txt").read_text("utf-8")
    assert known == set(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", locked, re.MULTILINE))
