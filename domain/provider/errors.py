"""Errors of providers."""

from __future__ import annotations

from domain.errors import DomainError


class CredentialRequired(DomainError):
    """The key is bound to the endpoint it was given for: to change the endpoint's origin, send apiKey again."""

    code = "credential-required"
    pointer = "/apiKey"


class ProviderTypeFixed(DomainError):
    """A provider keeps its type for life; register another provider instead."""

    code = "provider-type-fixed"
    pointer = "/providerType"
