"""The table in docs/clients.md: written from cells, and read again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.clients.judging import FEATURES, Cell
from tests.clients.permitted import PERMITTED, shown
from tests.clients.setting import PLANS

PAGE: Final = Path(__file__).parents[2] / "docs" / "clients.md"
Key = tuple[str, str, str, str]

_NONE: Final = "-"
_PATHS: Final = {
    "chat_completions": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
}
_HEADING: Final = re.compile(r"## (.+) at (\S+)")
_HEAD: Final = """\
# Clients

Which clients work, with which API, with which provider behind it. Every cell was judged with the client itself, over
real sockets, against a served Modelbook; a simulator (`sandbox/README.md`) plays the providers, and checks what it is
sent by their rules. `make clients` writes this page (CONTRIBUTING.md); do not edit it.

✓ works; a letter: refused by name, or lost by the client, for the reason below; - there is no such thing.

"""


def page(cells: Sequence[Cell], versions: Mapping[str, str]) -> str:
    """Return the document; cells that failed show as `FAILED`."""
    return "".join([_HEAD, *_versions(versions), *_tables(cells), *_reasons()])


def read(text: str) -> dict[Key, str]:
    """Return what a document shows of each cell: client, api, upstream and feature."""
    cells: dict[Key, str] = {}
    client, api, upstreams = "", "", list[str]()
    apis = {path: api for api, path in _PATHS.items()}
    for line in text.splitlines():
        if found := _HEADING.fullmatch(line):
            client, api, upstreams = found[1], apis[found[2]], []
        elif client and line.startswith("| "):
            first, *others = (each.strip() for each in line.strip("|").split("|"))
            if not upstreams:
                upstreams = others
            elif first in FEATURES:
                cells |= {
                    (client, api, upstream, first): each for upstream, each in zip(upstreams, others, strict=True)
                }
        elif line.startswith("## "):
            client = ""
    return cells


def _versions(versions: Mapping[str, str]) -> Iterator[str]:
    yield "| client | version |\n|---|---|\n"
    yield from (f"| {name} | {version} |\n" for name, version in versions.items())


def _tables(cells: Sequence[Cell]) -> Iterator[str]:
    places = dict.fromkeys((cell.client, cell.api) for cell in cells)
    upstreams = [plan.name for plan in PLANS if any(cell.upstream == plan.name for cell in cells)]
    for client, api in places:
        found = {(cell.upstream, cell.feature): cell for cell in cells if (cell.client, cell.api) == (client, api)}
        yield f"\n## {client} at {_PATHS[api]}\n\n"
        yield f"| | {' | '.join(upstreams)} |\n|---|{':-:|' * len(upstreams)}\n"
        for feature in FEATURES:
            row = [found.get((upstream, feature)) for upstream in upstreams]
            if any(row):
                yield f"| {feature} | {' | '.join(_text(cell) for cell in row)} |\n"


def _text(cell: Cell | None) -> str:
    return _NONE if cell is None else shown(cell) or "FAILED"


def _reasons() -> Iterator[str]:
    yield "\n## What does not work, and why\n\n| | feature | what | because |\n|---|---|---|---|\n"
    for each in PERMITTED:
        fields = ", ".join(field if " " in field else f"`{field}`" for field in each.fields)
        yield f"| ({each.letter}) | {', '.join(each.features)} | {each.kind}: {fields} | {each.reason} |\n"
