"""Errors of access keys."""

from domain.errors import DomainError


class ExpiryPassed(DomainError):
    """The key would have expired already. Choose a time in the future, or leave expiresAt out."""

    code = "expiry-passed"
    pointer = "/expiresAt"
