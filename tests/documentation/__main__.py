"""Writes the pages of the documentation that follow from the code: `make reference`."""

from __future__ import annotations

from tests.documentation.reference import DOCS, pages

if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
