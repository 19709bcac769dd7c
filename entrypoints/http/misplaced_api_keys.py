"""Refuses API keys outside of the field for them."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Final

from application.policies.keys_in_text import holds_key, places_of_keys
from domain.key_patterns import KEY_IN_TEXT
from entrypoints.http.json_pointers import pointer_to
from entrypoints.http.request_errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from entrypoints.http.request_context import RequestContext

KEY_FIELD: Final = "apiKey"
"""The member of most bodies that takes a key."""


def refuse_keys(document: object, context: RequestContext, field: str = KEY_FIELD) -> None:
    """Refuse a key anywhere but in the field for secrets, before anything repeats or records it.

    Raises:
        InvalidRequest: each text that holds one is pointed to.
    """
    members = document if isinstance(document, dict) else {}
    given = members.get(field)
    own_key = given if isinstance(given, str) and given else None
    places = [place for place in places_of_keys(document, own_key) if place[:1] != (field,)]
    errors = [FieldError(pointer_to(place), KEY_IN_TEXT) for place in places]
    if own_key is not None:
        if context.reason is not None and holds_key(context.reason, own_key):
            errors.append(FieldError("X-Change-Reason:", KEY_IN_TEXT))
        if holds_key(context.request_id, own_key):
            context.request_id = token_hex(16)
            errors.append(FieldError("X-Request-Id:", KEY_IN_TEXT))
    if errors:
        first = f"{errors[0].pointer or 'A name in the body'} {KEY_IN_TEXT}: give a key as {field} alone."
        raise InvalidRequest(first, errors=errors[:100])
