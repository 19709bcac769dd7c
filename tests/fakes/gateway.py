"""Providers out there that list what a test says, when it says."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from application.ports.provider_gateway import (
    CallOutcome,
    OfferedModel,
    ProviderConnection,
    ProviderType,
    TestReport,
    UpstreamFailure,
)
from domain.provider.values import Endpoint


@dataclass(slots=True)
class Upstream:
    """A provider: its next answer, and whether it gives it; `asked` are the connections it was asked over."""

    answer: Sequence[OfferedModel] | UpstreamFailure = ()
    asked: list[ProviderConnection] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)


class FakeGateway:
    """Finds providers by their endpoint; each answers at once unless a test makes it wait."""

    def __init__(self) -> None:
        self._upstreams: dict[str, Upstream] = {}

    def at(self, endpoint: str) -> Upstream:
        """Return the provider there; a new one answers at once, with nothing."""
        if endpoint not in self._upstreams:
            self._upstreams[endpoint] = Upstream()
            self._upstreams[endpoint].answers.set()
        return self._upstreams[endpoint]

    def types(self) -> Sequence[ProviderType]:
        return []

    def checked_endpoint(self, provider_type: str, endpoint: str | None) -> Endpoint:
        url = endpoint or f"https://{provider_type}.example/v1"
        in_path = self.is_account_in_path(provider_type)
        return Endpoint(url, "/".join(url.split("/")[:3]), is_account_in_path=in_path)

    def checked_settings(self, provider_type: str, settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return dict(settings)

    def own_headers(self, provider_type: str) -> Collection[str]:  # noqa: ARG002
        return {"x-own"}

    def is_account_in_path(self, provider_type: str) -> bool:
        return provider_type == "gateway"

    async def probe(self, connection: ProviderConnection) -> TestReport:
        return TestReport(
            status="healthy",
            reachable=True,
            outcome=CallOutcome("ok", "It answers.", model_count=len(await self.list_models(connection))),
            response_time_ms=1.0,
            checked_at=datetime.now(UTC),
        )

    async def list_models(self, connection: ProviderConnection) -> Sequence[OfferedModel]:
        upstream = self.at(connection.endpoint)
        upstream.asked.append(connection)
        upstream.is_asked.set()
        await upstream.answers.wait()
        if isinstance(upstream.answer, Exception):
            raise upstream.answer
        return upstream.answer
