"""The sample lists, in the providers' own shapes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from adapters.providers.provider_gateway import Gateway
from application.ports.provider_gateway import OfferedModel, ProviderConnection, TestReport
from tests.fakes.outbound_http import FakeOutbound

BASE: Final = "https://provider.example/v1"
KEY: Final = "sk-sample-0123456789abcdef"
_LISTS: Final = Path(__file__).parent / "data" / "lists"


def sample(name: str) -> bytes:
    return (_LISTS / f"{name}.json").read_bytes()


def a_connection(
    provider_type: str, *, base: str = BASE, key: str | None = KEY, **settings: object
) -> ProviderConnection:
    return ProviderConnection(provider_type=provider_type, endpoint=base, settings=settings, api_key=key)


class Prepared:
    """A gateway whose providers answer what was prepared; `routes` are paths with their query below the base."""

    def __init__(self, routes: dict[str, bytes | object] | None = None, *, base: str = BASE) -> None:
        self.outbound = FakeOutbound()
        self.gateway = Gateway(self.outbound)
        self.base = base
        for route, answer in (routes or {}).items():
            self.answers(route, answer)

    def answers(
        self,
        route: str,
        answer: bytes | object,
        *,
        status: int = 200,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        self.outbound.answer(method, f"{self.base}{route}", body, status=status, headers=headers)

    async def probe(self, connection: ProviderConnection) -> TestReport:
        return await self.gateway.probe(connection)

    async def models(self, connection: ProviderConnection) -> dict[str, OfferedModel]:
        return {model.model_id: model for model in await self.gateway.list_models(connection)}
