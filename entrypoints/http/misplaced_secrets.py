"""Refuses API keys, and values of extra headers, outside of the fields for them."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from application.policies.keys_in_text import holds_key, places_of_keys
from domain.key_patterns import KEY_IN_TEXT
from entrypoints.http.json_pointers import pointer_to
from entrypoints.http.request_errors import FieldError, InvalidRequest
from entrypoints.http.secret_fields import HEADERS_FIELD, KEY_FIELD, SECRET_FIELDS, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from application.policies.keys_in_text import Place
    from entrypoints.http.request_context import RequestContext


def refuse_keys(document: object, context: RequestContext) -> None:
    """Refuse a secret anywhere but in the field for it, before anything repeats or records it.

    Raises:
        InvalidRequest: each text that holds one is pointed to.
    """
    secrets = secrets_in(document)
    errors = [FieldError(pointer_to(place), KEY_IN_TEXT) for place in dict.fromkeys(_places(document, secrets))]
    if any(context.reason is not None and holds_key(context.reason, secret) for secret in secrets):
        errors.append(FieldError("X-Change-Reason:", KEY_IN_TEXT))
    if any(holds_key(context.request_id, secret) for secret in secrets):
        context.request_id = token_hex(16)
        errors.append(FieldError("X-Request-Id:", KEY_IN_TEXT))
    if errors:
        first = (
            f"{errors[0].pointer or 'A name in the body'} {KEY_IN_TEXT}: "
            f"give a key as {KEY_FIELD} and other secrets as values of {HEADERS_FIELD}."
        )
        raise InvalidRequest(first, errors=errors[:100])


def _places(document: object, secrets: Sequence[str]) -> Iterator[Place]:
    for secret in secrets or (None,):
        for place in places_of_keys(document, secret):
            # The names of headers are shown, so that they count; the place of a name is that of its object.
            if place == (HEADERS_FIELD,) or not SECRET_FIELDS.intersection(place[:1]):
                yield place
