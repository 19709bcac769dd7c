"""Errors of the master keys at the start of the service."""

from __future__ import annotations

from application.errors import ApplicationError


class WrongKeyring(ApplicationError):
    """The master keys given are not the ones the stored keys were encrypted with."""

    code = "wrong-keyring"


class KeyringFileRefused(ApplicationError):
    """The file with the master keys cannot be used."""

    code = "keyring-file-refused"
