"""Refuses API keys, and values of extra headers, outside of the fields for them."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from secrets import token_hex

from application.policies.keys_in_text import Place, holds_key, places_of_keys
from domain.key_patterns import KEY_IN_TEXT
from entrypoints.http.json_pointers import pointer_to
from entrypoints.http.request_context import RequestContext
from entrypoints.http.request_errors import FieldError, InvalidRequest
from entrypoints.http.secret_fields import HEADERS_FIELD, KEY_FIELD, SECRET_FIELDS, secrets_in


def refuse_keys(document: object, context: RequestContext, sealed_field: str | None = None) -> None:
    """Refuse a secret anywhere but in the field for it, before anything repeats or records it.

    `sealed_field` is the member of a body that is a secret itself: the address of a webhook.

    Raises:
        InvalidRequest: each text that holds one is pointed to.
    """
    secrets = [*secrets_in(document), *_sealed(document, sealed_field)]
    taking = SECRET_FIELDS | {sealed_field}
    errors = [FieldError(pointer_to(place), KEY_IN_TEXT) for place in dict.fromkeys(_places(document, secrets, taking))]
    if any(context.reason is not None and holds_key(context.reason, secret) for secret in secrets):
        errors.append(FieldError("X-Change-Reason:", KEY_IN_TEXT))
    if any(holds_key(context.request_id, secret) for secret in secrets):
        context.request_id = token_hex(16)
        errors.append(FieldError("X-Request-Id:", KEY_IN_TEXT))
    if errors:
        advice = f"give a key as {KEY_FIELD} and other secrets as values of {HEADERS_FIELD}"
        if sealed_field is not None:
            advice = f"give an address as {sealed_field} alone"
        first = f"{errors[0].pointer or 'A name in the body'} {KEY_IN_TEXT}: {advice}."
        raise InvalidRequest(first, errors=errors[:100])


def _sealed(document: object, sealed_field: str | None) -> Iterator[str]:
    value = document.get(sealed_field) if isinstance(document, dict) else None
    if isinstance(value, str) and value:
        yield value


def _places(document: object, secrets: Sequence[str], taking: AbstractSet[str | None]) -> Iterator[Place]:
    for secret in secrets or (None,):
        for place in places_of_keys(document, secret):
            # The names of headers are shown, so that they count; the place of a name is that of its object.
            if place == (HEADERS_FIELD,) or not taking & set(place[:1]):
                yield place
