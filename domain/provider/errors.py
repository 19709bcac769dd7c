"""Errors of providers."""

from domain.errors import DomainError


class CredentialRequired(DomainError):
    """The API key is bound to the account at its endpoint. To point the provider at another one, send apiKey again.

    The account is named by the endpoint's scheme, host and port and, for types whose gateways keep accounts in it, by
    the path.
    """

    code = "credential-required"
    pointer = "/apiKey"


class ExtraHeadersRequired(DomainError):
    """Extra headers are bound to the account at their endpoint. To point the provider at another one, send them again.

    extraHeaders must name every header that the provider has, each with its value, or with null to leave it out.
    """

    code = "extra-headers-required"
    pointer = "/extraHeaders"


class ProviderTypeFixed(DomainError):
    """The type of a provider cannot be changed. Register another provider instead."""

    code = "provider-type-fixed"
    pointer = "/providerType"
