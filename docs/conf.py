"""How Sphinx makes a site of the Markdown pages: `make docs`.

The pages are plain Markdown, which code hosts show as well. `docs/index.md` is the navigation: each of its sections,
with the pages that it links to. Pages in a folder are listed under the page of the folder's name, and what is linked
nowhere is listed under "More".
"""

import os.path
import re
import sys
from pathlib import Path, PurePosixPath
from typing import Final

from sphinx.errors import ExtensionError

sys.path.insert(0, str(Path(__file__).parents[1]))

from sphinx.application import Sphinx

from modelbook import __version__

project = "Modelbook"
version = release = __version__
html_title = f"{project} {release}"

# The repository is the source, so that a link leads to the same file here and on a code host.
include_patterns = [
    "docs/**.md",
    "architecture.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "benchmarks/README.md",
    "sandbox/README.md",
]
# Nothing is looked for in these.
exclude_patterns = [".*", "build", "dist", "tests"]
root_doc = "docs/index"

extensions = ["myst_parser"]
# Links to headings, named as code hosts name them.
myst_heading_anchors = 3
# Examples leave something out, with a `…` that no grammar has.
suppress_warnings = ["misc.highlighting_failure"]

# Nothing comes from other servers: see `_refuse_foreign_parts`.
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_static_path = ["static"]
html_css_files = ["site.css"]
# Leads from the site's root to its first page.
html_extra_path = ["site"]

_SECTION: Final = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
_PAGE: Final = re.compile(r"\]\(([^):#]+)\.md\)")
_FOREIGN_PART: Final = re.compile(
    r"""<(?:script|img|iframe)[^>]+src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


def setup(app: Sphinx) -> None:
    """Take part in the building of the site."""
    app.connect("source-read", _add_navigation)
    app.connect("build-finished", _refuse_foreign_parts)


def _add_navigation(app: Sphinx, page: str, source: list[str]) -> None:
    """Make the navigation of the site from the links of its first page, and from the folders that pages have."""
    there = {f"/{name}" for name in app.env.found_docs - {root_doc}}
    below = sorted(name for name in there if name.startswith(f"/{page}/"))
    sections = {"": below}
    if page == root_doc:
        sections = {title: _named_in(text) for title, text in _SECTION.findall(source[0])}
        named = {name for names in sections.values() for name in names}
        sections["More"] = sorted(name for name in there - named if not _has_a_parent(name, there))
    for title, names in sections.items():
        if names:
            caption = [f":caption: {title}"] if title else []
            source[0] += "\n".join(["", "```{toctree}", ":hidden:", *caption, "", *names, "```", ""])


def _named_in(text: str) -> list[str]:
    """Return the pages that a section links to, from the root of the repository."""
    return [os.path.normpath(f"/docs/{name}") for name in _PAGE.findall(text)]


def _has_a_parent(name: str, there: set[str]) -> bool:
    return str(PurePosixPath(name).parent) in there


def _refuse_foreign_parts(app: Sphinx, error: Exception | None) -> None:
    """Fail where a page would load something from another server."""
    if error is not None:
        return
    for path in (each for kind in ("*.html", "*.css") for each in Path(app.outdir).rglob(kind)):
        found = _FOREIGN_PART.search(path.read_text("utf-8"))
        if found is not None:
            raise ExtensionError(f"{path.name} would load something from another server: {found[0]}")
