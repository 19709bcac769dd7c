"""Wires the query of providers' model lists, before they are registered."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_proxy import EgressProxy
from adapters.egress.guarded_client import Egress
from adapters.providers.provider_gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from application.ports.provider_gateway import ProviderGateway


@asynccontextmanager
async def provider_gateway(egress_allow: str, egress_proxy: str) -> AsyncGenerator[ProviderGateway]:
    """Give what calls providers, by the rules for addresses that hold for the service."""
    async with Egress(EgressAllowList.parse(egress_allow), EgressProxy.parse(egress_proxy)) as egress:
        yield Gateway(egress)
