"""Errors of providers."""

from __future__ import annotations

from domain.errors import DomainError


class CredentialRequired(DomainError):
    """The API key is bound to the origin of its endpoint. To change the origin, send apiKey again."""

    code = "credential-required"
    pointer = "/apiKey"


class ProviderTypeFixed(DomainError):
    """The type of a provider cannot be changed. Register another provider instead."""

    code = "provider-type-fixed"
    pointer = "/providerType"
