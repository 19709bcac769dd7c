"""Validates a provider's settings against the fields that its type declares."""

import re
from collections.abc import Mapping
from typing import Any, Final

from application.errors import InvalidInput
from application.ports.provider_gateway import ProviderType, SettingField

_LONGEST_TEXT: Final = 200
_LONGEST_SHOWN: Final = 60


def checked_settings(provider_type: ProviderType, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as they were given; a text such as `${HOME}` is a text. Defaults are not filled in.

    Raises:
        InvalidInput: one is unknown, missing, of the wrong kind or not in its form; the pointer names it.
    """
    fields = {field.name: field for field in provider_type.settings}
    for name in settings:
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise InvalidInput(
                _pointer(name), f"{provider_type.label} has no setting {name[:_LONGEST_SHOWN]!r}; it has: {known}."
            )
    for field in fields.values():
        if field.name in settings:
            _check(field, settings[field.name])
        elif field.required:
            raise InvalidInput(_pointer(field.name), f"{provider_type.label} needs the setting {field.name}.")
    return dict(settings)


def _check(field: SettingField, value: object) -> None:
    problem = _problem(field, value)
    if problem:
        raise InvalidInput(_pointer(field.name), f"{field.label}: {problem}.")


def _problem(field: SettingField, value: object) -> str | None:
    match field.kind:
        case "boolean":
            return None if isinstance(value, bool) else "true or false"
        case "integer":
            return None if isinstance(value, int) and not isinstance(value, bool) else "a whole number"
        case "choice":
            is_one = isinstance(value, str) and value in field.choices
            return None if is_one else f"one of {', '.join(field.choices)}"
        case "string":
            return _problem_of_text(field, value)


def _problem_of_text(field: SettingField, value: object) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or not value.isprintable():
        return f"a text of 1 to {_LONGEST_TEXT} characters"
    if field.pattern is not None and re.fullmatch(field.pattern, value, re.ASCII) is None:
        return f"not in the expected form ({field.help.rstrip('.')})"
    return None


def _pointer(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a setting."""
    return f"/settings/{name.replace('~', '~0').replace('/', '~1')}"
