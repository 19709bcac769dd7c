"""An organization with providers, and processes that look at what these offer; everything in memory."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from application.discovery.discover_models import Discovery, NoOffer, ProviderOffer
from application.discovery.discovered_catalogue import CompletedOffer
from application.discovery.model_lists import LEASE_SECONDS, ModelLists
from application.ports.provider_gateway import CallOutcome, OfferedModel, UpstreamFailure
from domain.provider.aggregate import Provider
from domain.provider.values import Endpoint
from tests.builders import a_provider, acting
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import FakeGateway, Upstream
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_list_snapshots import FakeSnapshots
from tests.fakes.quotas import quotas_of_all
from tests.fakes.registered_models import FakeRegisteredModels
from tests.fakes.repositories import FakeModels, FakeProviders
from tests.fakes.vault import FakeVault

HOUR = 3600.0
DOWN = UpstreamFailure(CallOutcome("overloaded", "It has too much to do.", http_status=529, is_retryable=True))


@dataclass
class World:
    """What all processes share. Ages come of real time: snapshots are good for `time_to_live` seconds."""

    time_to_live: float = HOUR
    patience: float = 5.0
    lease: float = LEASE_SECONDS
    most_offers: int = 10_000
    ledger: FakeLedger = field(default_factory=FakeLedger)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    clock: FakeClock = field(default_factory=FakeClock)
    organization_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.snapshots = FakeSnapshots(self.ledger)
        self.providers = FakeProviders(self.ledger)
        self.models = FakeModels(self.ledger)
        self.process = self.another_process()

    def another_process(self) -> Discovery:
        """Return what a process works with: the same keepers, and a memory of its own."""
        return Discovery(
            directory=FakeRegisteredModels(self.ledger),
            catalogue=self.catalogue,
            snapshots=self.snapshots,
            lists=ModelLists(
                providers=self.providers,
                vault=FakeVault(),
                gateway=self.gateway,
                snapshots=self.snapshots,
                quotas=quotas_of_all(offers=self.most_offers),
                time_to_live=self.time_to_live,
                lease=self.lease,
            ),
            clock=self.clock,
            patience=self.patience,
        )

    async def provider(self, name: str = "ours", *model_ids: str, **changes: Any) -> Provider:  # noqa: ANN401
        """Register a provider that offers these models."""
        origin = f"https://{name}.example"
        provider = a_provider(name=name, endpoint=Endpoint(f"{origin}/v1", f"{origin}:443"), credential=None, **changes)
        await self.save(provider)
        self.upstream(provider).answer = [OfferedModel(model_id=model_id) for model_id in model_ids]
        return provider

    async def save(self, provider: Provider) -> None:
        with acting(self.organization_id):
            await self.providers.save(provider)

    def upstream(self, provider: Provider) -> Upstream:
        return self.gateway.at(provider.endpoint)

    async def look(self, provider: Provider, process: Discovery | None = None, **how: bool) -> ProviderOffer:
        with acting(self.organization_id):
            return await (process or self.process).models_of(provider.id, **how)

    async def look_at_all(self, process: Discovery | None = None, **how: bool) -> dict[UUID, ProviderOffer | NoOffer]:
        with acting(self.organization_id):
            offers = await (process or self.process).all_models(**how)
        return {offer.provider_id: offer for offer in offers}


def ids(offer: ProviderOffer | CompletedOffer) -> list[str]:
    """Return the ids of the models on offer."""
    models = offer.offer.models if isinstance(offer, ProviderOffer) else offer.models
    return [model.model_id for model in models]
