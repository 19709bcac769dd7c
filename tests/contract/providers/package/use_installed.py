"""Uses whatever adapters are installed on the endpoint given, and prints what came of it as JSON."""

import asyncio
import json
import sys
from dataclasses import asdict, replace

from yarl import URL

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from adapters.providers.provider_gateway import Gateway
from application.errors import InvalidInput
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.prompts.completion import Completion, StreamStarted, TextDelta
from application.prompts.generation import GenerationRequest
from tests.fakes.client import FakeClient, a_conversation


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
                {"status": report.status, "category": report.outcome.category, "message": report.outcome.message}
                for report in [await gateway.probe(each) for each in (good, bad, clumsy)]
            ],
            "written": await written(gateway, good),
            "built in": (await gateway.probe(openai_at(endpoint, key))).outcome.category,
        }


async def written(gateway: Gateway, connection: ProviderConnection) -> dict[str, list[str]]:
    """Return, for each type, what came of a prompt and what of the same as a stream."""
    client = FakeClient(asked=a_conversation("Hello"))
    request = GenerationRequest(model_id="deepseek-chat", client=client, origin="acme", deadline_seconds=5)
    found: dict[str, list[str]] = {}
    for name in ("acme", "acme_writer", "clumsy", "forgetful"):
        each = replace(connection, provider_type=name)
        bad = replace(each, api_key=f"{connection.api_key}-wrong")
        found[name] = [await outcome(gateway, each, request), await outcome_of_stream(gateway, each, request)]
        found[f"{name} with a bad key"] = [
            await outcome(gateway, bad, request),
            await outcome_of_stream(gateway, bad, request),
        ]
    return found


async def outcome(gateway: Gateway, connection: ProviderConnection, request: GenerationRequest) -> str:
    try:
        return (await gateway.generate(connection, request)).text
    except UpstreamFailure as error:
        return f"{error.failure.category}: {error.message}"


async def outcome_of_stream(gateway: Gateway, connection: ProviderConnection, request: GenerationRequest) -> str:
    words: list[str] = []
    try:
        async with gateway.stream(connection, request) as events:
            async for event in events:
                if isinstance(event, StreamStarted):
                    words.append(f"begun without {','.join(event.ignored_fields) or 'nothing'}")
                elif isinstance(event, TextDelta | Completion):
                    words.append(event.text)
    except UpstreamFailure as error:
        words.append(f"{error.failure.category}: {error.message}")
    return "|".join(words)


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
    except UpstreamFailure as error:
        return f"{error.failure.category}: {error.message}"
    return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(*sys.argv[1:]))))
