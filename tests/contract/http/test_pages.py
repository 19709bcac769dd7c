"""Pages of our own, as they are served."""

import gzip
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from application.bounds.quotas import QUOTAS
from entrypoints.console.routes import console_routes
from tests.http_service import Service, serving

PAGE = Path(str(files("entrypoints.console").joinpath("page")))
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
MODULES = sorted(path.relative_to(PAGE).as_posix().removesuffix(".gz") for path in PAGE.rglob("*.js*"))
STYLES = [path.read_bytes() for path in PAGE.rglob("*.css")]
SCRIPT = re.compile(rb'src="([^"]+)/main\.js"')
# What the page shows before anybody chose anything, compressed; the rest of the bound is left to the API.
MOST_BYTES = 100_000
MOST_FILES = 6


async def folder_of(service: Service) -> str:
    """Return the path of the console's files, as its page names it."""
    found = SCRIPT.search((await service.ask("GET", "/")).content)
    assert found is not None
    # Relative, so that it holds below any path at which a reverse proxy serves it.
    assert found[1].startswith(b"console/")
    return f"/{found[1].decode()}"


async def test_every_module_and_every_style_is_in_one_file_that_everybody_gets() -> None:
    paths = [route.path for route in console_routes() if route.path != "/"]
    async with serving([]) as service:
        replies = {path: await service.ask("GET", path) for path in paths}
    for path, reply in replies.items():
        assert (reply.status, reply.headers["Content-Type"]) == (200, f"{KINDS[Path(path).suffix]}; charset=utf-8")
    scripts = "".join(reply.content.decode() for path, reply in replies.items() if path.endswith(".js"))
    assert sorted(re.findall(r"^// (\S+\.js)$", scripts, re.MULTILINE)) == MODULES
    [styles] = [reply.content for path, reply in replies.items() if path.endswith(".css")]
    assert all(style in styles for style in STYLES)


async def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_within() -> None:
    async with serving([]) as service:
        reply = await service.ask("GET", "/")
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in reply.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy["script-src"], policy["style-src"], policy["connect-src"]} == {"'self'"}
    assert policy["require-trusted-types-for"] == "'script'"


async def test_a_part_that_has_not_changed_is_not_sent_again_and_keeps_its_policy() -> None:
    async with serving([]) as service:
        first = await service.ask("GET", "/")
        again = await service.ask("GET", "/", headers={"If-None-Match": first.headers["ETag"]})
        other = await service.ask("GET", "/", headers={"If-None-Match": '"another"'})
    assert (again.status, again.content, other.status) == (304, b"", 200)
    # A browser takes the headers of this answer for the copy that it holds.
    names = ("ETag", "Cache-Control", "Content-Security-Policy")
    assert [again.headers[name] for name in names] == [first.headers[name] for name in names]


async def test_the_parts_of_a_version_are_kept_for_ever_and_the_page_is_requested_each_time() -> None:
    async with serving([]) as service:
        page = await service.ask("GET", "/")
        part = await service.ask("GET", f"{await folder_of(service)}/main.js", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Cache-Control"] == "no-cache"
    assert part.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert part.headers["Content-Encoding"] == "gzip"


def test_the_console_names_every_quota() -> None:
    named = re.findall(r'\["(\w+)", "', (PAGE / "pages" / "quotas" / "names.js").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(QUOTAS)


async def test_what_is_seen_first_is_named_by_the_page_and_is_small() -> None:
    async with serving([]) as service:
        page = await service.ask("GET", "/")
        named = re.findall(r'(?:href|src)="([^"]+\.(?:js|css|svg))"', page.content.decode())
        chart = next(route.path for route in console_routes() if "uPlot" in route.path)
        packed = {"Accept-Encoding": "gzip"}
        replies = [await service.ask("GET", f"/{name.lstrip('/')}", headers=packed) for name in (*named, chart)]
    assert {reply.status for reply in replies} == {200}
    assert len(replies) <= MOST_FILES
    assert sum(int(reply.headers["Content-Length"]) for reply in [page, *replies]) < MOST_BYTES


def test_no_route_of_the_console_changes_anything() -> None:
    assert {route.method for route in console_routes()} == {"GET"}


@pytest.mark.parametrize("library", ["lucide", "preact", "uplot"])
def test_what_comes_from_others_is_what_they_published(library: str) -> None:
    folder = PAGE / "vendor" / library
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        packed = folder / f"{name}.gz"
        content = gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert "The MIT License" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


def test_the_icons_that_are_shown_are_those_that_lie_here() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PAGE.rglob("*.js") if "vendor" not in path.parts}
    shown = set(re.findall(r'(?:icon\(|sign=|sign: )"([\w-]+)"', "".join(sources.values())))
    shown.update(re.findall(r'\["/\w+", "[^"]+", "\w+", "([\w-]+)"\]', sources[PAGE / "core" / "places.js"]))
    [script] = (PAGE / "vendor" / "lucide").glob("*.js")
    assert shown == set(json.loads(script.read_text(encoding="utf-8").removeprefix("export const nodes = ")))


def _is_there(path: Path) -> bool:
    return path.is_file() or path.with_name(f"{path.name}.gz").is_file()


def test_a_module_imports_what_is_there_and_makes_no_markup_from_text() -> None:
    for path in sorted(PAGE.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        imported = re.findall(r"""(?:from |import\()"(\.[^"]+)\"""", text)
        assert [name for name in imported if not _is_there((path.parent / name).resolve())] == [], path
        assert re.findall(r"[iI]nnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text) == [], path
        # What is kept in a browser for ever is chosen in one place, and never a secret.
        assert "localStorage" not in text or path.name == "preferences.js", path
