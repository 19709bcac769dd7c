"""Finds keys in a request where they do not belong."""

from collections.abc import Iterator
from typing import Final

from application.policies.redaction import forms_of
from domain.key_patterns import decodings, has_key_form

Place = tuple[str | int, ...]

# Servers of one's own take keys such as "none" or "ollama": those are words, and only as the whole of a text a mistake.
_SHORTEST_KEY: Final = 8


def holds_key(text: str, own_key: str | None = None) -> bool:
    """Return whether the text has a key of a known form or this one, plain, percent-encoded or in Base64."""
    if has_key_form(text):
        return True
    if own_key is None:
        return False
    if len(own_key) < _SHORTEST_KEY:
        return own_key in decodings(text)
    forms = [form.casefold() for form in forms_of(own_key)]
    return any(form in decoded.casefold() for decoded in decodings(text) for form in forms)


def places_of_keys(document: object, own_key: str | None = None, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every text in a JSON document that holds a key; for a member's name, that of its object."""
    if isinstance(document, str):
        if holds_key(document, own_key):
            yield place
    elif isinstance(document, dict):
        if any(holds_key(name, own_key) for name in document):
            yield place
        for name, member in document.items():
            if not holds_key(name, own_key):
                yield from places_of_keys(member, own_key, (*place, name))
    elif isinstance(document, list):
        for index, member in enumerate(document):
            yield from places_of_keys(member, own_key, (*place, index))
