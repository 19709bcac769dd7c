"""Test a configuration that is not saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from application.policies.extra_headers import merged_headers
from application.ports.provider_gateway import ProviderConnection, ProviderGateway, TestReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TryConnection:
    """Test a configuration before it is saved. Administrators only; nothing of it is kept."""

    provider_type: str
    endpoint: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)


async def try_connection(command: TryConnection, *, gateway: ProviderGateway) -> TestReport:
    """Return the report; only secrets that came with the request are ever sent.

    Raises:
        InvalidInput, EndpointRefused: the type, a setting, an extra header or the endpoint is not allowed.
    """
    connection = ProviderConnection(
        provider_type=command.provider_type,
        endpoint=gateway.checked_endpoint(command.provider_type, command.endpoint).url,
        settings=gateway.checked_settings(command.provider_type, command.settings),
        api_key=command.api_key,
        extra_headers=merged_headers({}, command.extra_headers, own=gateway.own_headers(command.provider_type)),
    )
    return await gateway.probe(connection)
