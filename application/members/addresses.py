"""The addresses that people are invited by and sign in with."""

import re
from hashlib import sha256
from typing import Final

from application.errors import InvalidInput
from domain.errors import InvalidValue
from domain.names import checked_name, folded, normal_form

LONGEST_ADDRESS: Final = 254
"""Characters (RFC 5321, errata 1690)."""

_FORM: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\".]+(?:\.[^\s@<>()\[\]\\,;:\".]+)*")


def checked_address(text: str) -> str:
    """Return the e-mail address in its normal form (NFC), without surrounding blanks.

    Raises:
        InvalidInput: it is none, or too long.
    """
    address = normal_form(text.strip())
    if len(address) > LONGEST_ADDRESS or _FORM.fullmatch(address) is None or not address.isprintable():
        raise InvalidInput("/address", "This is not an e-mail address such as ada@example.org.")
    return address


def address_key(address: str) -> str:
    """Return what addresses are compared by: people write theirs with capitals or without."""
    return folded(address)


def address_digest(address: str) -> bytes:
    """Return the digest that an account is found by."""
    return sha256(address_key(address).encode()).digest()


def checked_person_name(text: str) -> str:
    """Return the name of a person.

    Raises:
        InvalidInput: it is empty, too long, or contains control characters.
    """
    try:
        return checked_name(text)
    except InvalidValue as error:
        raise InvalidInput("/name", error.message) from None


def search_text(name: str | None, address: str) -> str:
    """Return what lists of members are searched in."""
    return folded(address if name is None else f"{name}\n{address}")
