"""Writes the pages of the documentation that follow from the code: `make reference`."""

from tests.documentation.reference import DOCS, PAGES

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
