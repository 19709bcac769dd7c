"""Calls as the tests make them."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import TypedDict, Unpack

import pytest

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from application.ports.outbound_http import OutboundFailure, OutboundRequest
from tests.contract.egress.loopback import HOST, Server


class Bounds(TypedDict, total=False):
    total_seconds: float | None
    connect_seconds: float
    read_idle_seconds: float
    max_bytes: int


def egress_to(*servers: Server, host: str = HOST, ssl_context: ssl.SSLContext | None = None) -> Egress:
    """Return a way out that may call these servers on this machine, and nothing else here."""
    allow = ",".join(f"{host}:{server.port}" for server in servers)
    return Egress(EgressAllowList.parse(allow), ssl_context=ssl_context or trust())


@cache
def trust() -> ssl.SSLContext:
    """Return the system's certificates, read once and not for every way out."""
    return ssl.create_default_context()


def a_get(url: str, headers: Mapping[str, str] | None = None, **bounds: Unpack[Bounds]) -> OutboundRequest:
    return OutboundRequest(method="GET", url=url, headers=headers or {}, **bounds)


def a_post(url: str, json: object, **bounds: Unpack[Bounds]) -> OutboundRequest:
    return OutboundRequest(method="POST", url=url, json=json, **bounds)


async def failure_of(egress: Egress, request: OutboundRequest) -> OutboundFailure:
    """Return the failure of a call that has to fail."""
    with pytest.raises(OutboundFailure) as failure:
        await egress.request(request)
    return failure.value
