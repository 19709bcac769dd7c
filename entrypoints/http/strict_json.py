"""Strict JSON (RFC 8259), without leniency that lets two readers see different documents."""

import json
from codecs import BOM_UTF8
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

import orjson

from entrypoints.http.json_pointers import pointer_to
from entrypoints.http.request_errors import FieldError, InvalidRequest, MalformedJson

DEEPEST = 64
"""Levels of nesting; far more than any request needs, far fewer than any reader's stack."""

LONGEST_NUMBER = 400
"""Characters, and decimal places before or after the point: what a double can say, and some."""


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Return the document, fractions as exact decimals.

    Raises:
        MalformedJson: it is not JSON in UTF-8, or names a key twice, or holds NaN, an endless number, or is too deep.
        InvalidRequest: a string in it holds U+0000 or half of a surrogate pair, which no database text can.
    """
    if body.startswith(BOM_UTF8):
        raise MalformedJson("The body begins with a byte order mark (BOM); JSON has none (RFC 8259, section 8.1).")
    try:
        document = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 (byte {error.start + 1})."
        raise MalformedJson(message) from None
    except json.JSONDecodeError as error:
        message = f"{error.msg} (line {error.lineno}, column {error.colno})."
        raise MalformedJson(message, members={"line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Python reads whole numbers of at most 4,300 digits.
        raise _too_long() from None
    if body.count(b"{") + body.count(b"[") > DEEPEST:
        _check_depth(document)
    if b"\\u" in body:
        _check_text(document)
    return document


def parse_json_to_hand_on(body: bytes) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Return the document with plain numbers, for a body that is rewritten for somebody else and never stored.

    Of a key that appears twice the last one counts, here and there alike.

    Raises:
        MalformedJson: it is not JSON in UTF-8, or holds NaN, or is too deep.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"{error.msg} (line {error.lineno}, column {error.colno})."
        raise MalformedJson(message, members={"line": error.lineno, "column": error.colno}) from None
    if body.count(b"{") + body.count(b"[") > DEEPEST:
        _check_depth(document)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    message = f"The key {json.dumps(twice[:100])} appears twice in one object."
    raise MalformedJson(message)


def _fraction(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise _too_long()
    try:
        number = Decimal(text)
    except InvalidOperation:
        # Its exponent is beyond what decimals take.
        raise _too_long() from None
    if abs(number.adjusted()) > LONGEST_NUMBER:
        raise _too_long()
    return number


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not a number in JSON."
    raise MalformedJson(message)


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_constant=_no_constant)


def _check_depth(document: object) -> None:
    level: list[object] = [document]
    for _ in range(DEEPEST):
        level = [part for value in level for part in _parts(value)]
        if not level:
            return
    raise _too_deep()


def _parts(value: object) -> list[object]:
    """Return the arrays and objects right within the value, which is all that can nest further."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [member for member in members if isinstance(member, dict | list)]


def _check_text(document: object) -> None:
    errors: list[FieldError] = []
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str) and not _is_storable(value):
            errors.append(FieldError(pointer_to(place), "holds a character that no text can hold (U+0000, surrogates)"))
        elif isinstance(value, list):
            waiting.extend(((*place, index), member) for index, member in enumerate(value))
        elif isinstance(value, dict):
            if not all(map(_is_storable, value)):
                errors.append(FieldError(pointer_to(place), "has a key with a character that no text can hold"))
                continue
            waiting.extend(((*place, key), member) for key, member in value.items())
    if errors:
        raise InvalidRequest("The body holds characters that cannot be stored.", errors=errors[:100])


def _is_storable(text: str) -> bool:
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


def _too_deep() -> MalformedJson:
    return MalformedJson(f"The body is nested more than {DEEPEST} levels deep.")


def _too_long() -> MalformedJson:
    return MalformedJson(f"The body holds a number of more than {LONGEST_NUMBER} digits.")
