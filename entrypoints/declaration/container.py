"""Wires what works on declarations: the service over HTTP, the forms of addresses, and what providers offer."""

from contextlib import AbstractAsyncContextManager

from adapters.egress.url_parsing import read_base, read_request
from adapters.rest_api.organization import organization_over_http
from adapters.vault.envelope import hint
from application.declaration.organization import DeclaredOrganization
from application.webhooks.destination import host_of
from domain.provider.values import Endpoint

__all__ = ["normal_endpoint", "organization", "secret_hint"]


def organization(url: str, token: str) -> AbstractAsyncContextManager[DeclaredOrganization]:
    """Give the organization of the token at the service whose address this is."""
    return organization_over_http(url, token)


def normal_endpoint(url: str) -> str:
    """Return an endpoint as the service keeps it.

    Raises:
        ValueError: it cannot be one; the message is a sentence.
    """
    return str(read_base(url).url)


def secret_hint(field: str, text: str) -> str:
    """Return what the service shows of a secret: a key's hint, or the host of a webhook's address.

    Raises:
        ValueError: it cannot be an address; the message is a sentence.
    """
    if field != "url":
        return hint(text)
    target = read_request(text)
    return host_of(Endpoint(url=str(target.url), origin=target.origin))
