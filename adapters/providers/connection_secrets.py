"""The secrets of a request to a provider, which are masked wherever the provider repeats them."""

from typing import Final

from application.policies.redaction import PIECE, Secrets
from application.ports.provider_gateway import ProviderConnection

# A shorter one might be in an answer by chance; no provider's key is that short.
_SHORTEST: Final = PIECE


def secrets_of(connection: ProviderConnection) -> Secrets:
    """Return the key, however short, and those values of extra headers that are long enough to be secrets."""
    key = (connection.api_key,) if connection.api_key else ()
    values = [value for value in connection.extra_headers.values() if len(value) >= _SHORTEST]
    return Secrets((*key, *values))
