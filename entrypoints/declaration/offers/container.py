"""Wires the query of providers' model lists, before they are registered."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_proxy import EgressProxy
from adapters.egress.guarded_client import Egress
from adapters.providers.provider_gateway import Gateway
from application.ports.provider_gateway import ProviderGateway


@asynccontextmanager
async def provider_gateway(egress_allow: str, egress_proxy: str) -> AsyncGenerator[ProviderGateway]:
    """Give what calls providers, by the rules for addresses that hold for the service."""
    async with Egress(EgressAllowList.parse(egress_allow), EgressProxy.parse(egress_proxy)) as egress:
        yield Gateway(egress)
