"""Whether the packages that will be imported are Modelbook's: their names are plain words that others use as well."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGES: Final = ("domain", "application", "adapters", "entrypoints", "migrations", "sandbox")
HOME: Final = Path(__file__).resolve().parents[1]


def find_foreign_package() -> str | None:
    """Return a sentence about the first package that is not Modelbook's own, with what to do; none if all are."""
    for name in PACKAGES:
        found = _location(name)
        if found != HOME / name:
            return (
                f"`{name}` would be imported from {found or 'nowhere'}, not from {HOME / name}: "
                "install Modelbook in an environment of its own and take other folders off PYTHONPATH."
            )
    for record in HOME.glob("*.dist-info/RECORD"):
        written_over = _written_over(record)
        if written_over is not None:
            return (
                f"{record.parent.name.removesuffix('.dist-info')} has a package `{written_over}` as well, in the same "
                f"folder {HOME / written_over}: install Modelbook in an environment of its own."
            )
    return None


def _location(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None:
        return None
    # A folder without an __init__.py has no origin, and may have several places.
    places = list(spec.submodule_search_locations or ()) or [spec.origin or ""]
    return Path(places[0]).resolve()


def _written_over(record: Path) -> str | None:
    # As text and by the names of folders: reading what packages say about themselves takes a tenth of a second.
    files = "\n" + record.read_text("utf-8", errors="replace")
    if "\nmodelbook/__init__.py," in files:
        return None
    return next((name for name in PACKAGES if f"\n{name}/" in files), None)
