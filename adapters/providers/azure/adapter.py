"""Azure OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address
from adapters.providers.azure.models import read_deployment, read_model
from adapters.providers.exchange import FOR_A_LIST, FOR_A_PROBE, Exchange, Wire
from adapters.providers.listing import counted, demanded, offered, under
from adapters.providers.verdicts.dialects import AZURE
from application.ports.provider_gateway import ProviderType, SettingField

if TYPE_CHECKING:
    from application.ports.outbound import Outbound
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel, ProviderConnection

DEFAULT_VERSION: Final = "2024-10-21"
# The one version whose data plane lists deployments (openai-python#447, #460).
_DEPLOYMENTS_VERSION: Final = "2023-03-15-preview"


def _headers(connection: ProviderConnection) -> dict[str, str]:
    return {"api-key": connection.api_key} if connection.api_key else {}


_WIRE: Final = Wire(dialect=AZURE, headers=_headers)
_LISTED: Final = under("data")


class AzureOpenAI:
    """Implements `ProviderAdapter` for a resource on Azure; its endpoint is the resource's root."""

    type = ProviderType(
        name="azure_openai",
        label="Azure OpenAI",
        default_endpoint=None,
        needs_key=True,
        key_help="One of the resource's two keys, from Keys and Endpoint in the Azure portal.",
        settings=(
            SettingField(
                name="apiVersion",
                kind="string",
                label="API version",
                help="Sent as api-version.",
                default=DEFAULT_VERSION,
                pattern=r"20\d\d-\d\d-\d\d(?:-preview)?",
            ),
            SettingField(
                name="listing",
                kind="choice",
                label="Discover",
                help="models: the base models of the region, deployed or not. deployments: what can be called, from "
                "an old preview of the API that Microsoft no longer documents.",
                choices=("models", "deployments"),
                default="models",
            ),
        ),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> Finding:
        exchange = Exchange(_WIRE, connection, outbound)
        return counted(await exchange.get(_list_address(connection), FOR_A_PROBE), _LISTED)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = Exchange(_WIRE, connection, outbound)
        answer = await exchange.get(_list_address(connection), FOR_A_LIST)
        read = read_deployment if _lists_deployments(connection) else read_model
        return offered(exchange, demanded(answer, _LISTED), read)


def _lists_deployments(connection: ProviderConnection) -> bool:
    return connection.settings.get("listing") == "deployments"


def _list_address(connection: ProviderConnection) -> str:
    if _lists_deployments(connection):
        return address(connection.endpoint, "openai", "deployments", query={"api-version": _DEPLOYMENTS_VERSION})
    version = str(connection.settings.get("apiVersion", DEFAULT_VERSION))
    return address(connection.endpoint, "openai", "models", query={"api-version": version})
