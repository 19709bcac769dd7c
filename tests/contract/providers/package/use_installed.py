"""Uses whatever adapters are installed on the endpoint given, and prints what came of it as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict

from yarl import URL

from adapters.egress.allowed import EgressAllowList
from adapters.egress.client import Egress
from adapters.providers.gateway import Gateway
from application.errors import InvalidInput
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure


async def main(endpoint: str, key: str) -> dict[str, object]:
    url = URL(endpoint)
    async with Egress(EgressAllowList.parse(f"{url.host}:{url.port}")) as egress:
        gateway = Gateway(egress)
        good, bad, clumsy = (
            ProviderConnection(provider_type=name, endpoint=endpoint, settings={}, api_key=each)
            for name, each in (("acme", key), ("acme", key + "-wrong"), ("clumsy", key))
        )
        return {
            "types": [known.name for known in gateway.types()],
            "broken": [asdict(each) for each in gateway.broken_adapters],
            "settings": gateway.checked_settings("acme", {"tier": 1}),
            "refused": refusal_of(gateway, "acme", {"tier": "one"}),
            "missing": refusal_of(gateway, "exploding", {}),
            "models": [model.model_id for model in await gateway.list_models(good)],
            "failures": [await failure_of(gateway, each) for each in (bad, clumsy)],
            "reports": [
                {"status": report.status, "category": report.category, "message": report.message}
                for report in [await gateway.probe(each) for each in (good, bad, clumsy)]
            ],
            "built in": (await gateway.probe(openai_at(endpoint, key))).category,
        }


def openai_at(endpoint: str, key: str) -> ProviderConnection:
    return ProviderConnection(provider_type="openai", endpoint=endpoint, settings={}, api_key=key)


def refusal_of(gateway: Gateway, name: str, settings: dict[str, object]) -> str:
    try:
        gateway.checked_settings(name, settings)
    except InvalidInput as refusal:
        return f"{refusal.pointer}: {refusal.message}"
    return ""


async def failure_of(gateway: Gateway, connection: ProviderConnection) -> str:
    try:
        await gateway.list_models(connection)
    except UpstreamFailure as failure:
        return f"{failure.category}: {failure.message}"
    return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(*sys.argv[1:]))))
