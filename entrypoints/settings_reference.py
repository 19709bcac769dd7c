"""Writes the reference of the settings from their code."""

from typing import Any, Final

from pydantic import SecretStr

from entrypoints.settings import PREFIX, Settings

_HEAD: Final = """\
# Settings

All come from the environment; `modelbook settings` shows those that hold. This page is written by
`modelbook settings --reference`, and a test keeps it equal to the code. Times are in seconds. A name that is not among
these and begins with `MODELBOOK_` is refused.

| setting | default | what it does |
|---|---|---|
"""


def settings_reference() -> str:
    """Return the page in Markdown, with a row for each setting, in the order of the code."""
    rows = []
    for name, field in Settings.model_fields.items():
        text = (field.description or "").replace("|", "\\|").replace("\n", " ")
        default = field.get_default(call_default_factory=True)
        rows.append(f"| `{PREFIX}{name.upper()}` | {_shown(default)} | {text}{_bounds(field.metadata)} |\n")
    return _HEAD + "".join(rows)


def _shown(default: object) -> str:
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`" if value or value == 0 else ""


def _bounds(metadata: list[Any]) -> str:
    """Return the bounds of the value, as far as the code has them."""
    words = {"ge": "at least", "gt": "more than", "le": "at most"}
    said = [
        f"{text} {bound:,}"
        for name, text in words.items()
        for each in metadata
        if isinstance(bound := getattr(each, name, None), int | float)
    ]
    return f" {' and '.join(said).capitalize()}." if said else ""
