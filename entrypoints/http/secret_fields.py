"""The fields of a provider's body that take secrets: `apiKey` and `extraHeaders`."""

from collections.abc import Sequence
from typing import Any, Final

KEY_FIELD: Final = "apiKey"
HEADERS_FIELD: Final = "extraHeaders"
SECRET_FIELDS: Final = frozenset({KEY_FIELD, HEADERS_FIELD})

# A shorter value is a word, such as a team's name, that may be anywhere.
_SHORTEST_VALUE: Final = 16
# More than a provider takes: the rest of a request that is refused anyway is not looked at.
_MOST_VALUES: Final = 25


def with_lifted_headers(document: object) -> object:
    """Return the body with `settings.headers`, as other gateways call them, in the place where headers are secret."""
    if not isinstance(document, dict) or HEADERS_FIELD in document:
        return document
    settings = document.get("settings")
    if not isinstance(settings, dict) or not isinstance(settings.get("headers"), dict):
        return document
    others = {name: value for name, value in settings.items() if name != "headers"}
    return {**document, "settings": others, HEADERS_FIELD: settings["headers"]}


def secrets_in(document: object) -> Sequence[str]:
    """Return the key and the values of extra headers that the body gives, but for values too short to be secrets."""
    members = document if isinstance(document, dict) else {}
    key, headers = members.get(KEY_FIELD), members.get(HEADERS_FIELD)
    found = [key] if isinstance(key, str) and key else []
    values = list(headers.values())[:_MOST_VALUES] if isinstance(headers, dict) else ()
    return found + [value for value in values if isinstance(value, str) and len(value) >= _SHORTEST_VALUE]


def without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    """Return the body with true for each secret and false for each null: that much is part of the request's content."""
    masked = dict(document)
    if KEY_FIELD in masked:
        masked[KEY_FIELD] = masked[KEY_FIELD] is not None
    headers = masked.get(HEADERS_FIELD)
    if isinstance(headers, dict):
        masked[HEADERS_FIELD] = {name: value is not None for name, value in headers.items()}
    elif HEADERS_FIELD in masked:
        masked[HEADERS_FIELD] = headers is not None
    return masked
