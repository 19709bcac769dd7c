"""A log of two organizations, and the projections as an administrator keeps them."""

from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.projections.projections import PostgresProjections
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from tests.builders import a_model, a_price, a_provider, a_webhook, acting, an_access_key
from tests.databases import Database
from tests.integration.stored_organization import StoredOrganization


class Tenant(StoredOrganization):
    """An organization with two providers, a key, a webhook, a member and some models, of which one was removed."""

    async def begin(self, models: int = 3) -> None:
        for name in ("First", "Second"):
            provider = a_provider(name=name)
            with acting(self.organization_id):
                await self.providers.save(provider)
            self.provider_ids.append(provider.id)
        for _ in range(models):
            await self.register()
        await self.issue_key()
        await self.register_webhook()
        await self.invite_member()
        await self.rename(0, "Renamed")
        removed = await self.register()
        self.model_ids.remove(removed)
        await self.remove(removed)
        with acting(self.organization_id):
            await self.organizations.save(Organization.register(self.organization_id, name="Acme"))

    async def issue_key(self) -> None:
        key = an_access_key()
        with acting(self.organization_id):
            await self.keys.save(key)
        self.key_ids.append(key.id)

    async def register_webhook(self) -> None:
        webhook = a_webhook()
        with acting(self.organization_id):
            await self.webhooks.save(webhook)
        self.webhook_ids.append(webhook.id)

    async def invite_member(self) -> None:
        member = Member.invite(uuid4(), role="editor")
        member.join(uuid4())
        with acting(self.organization_id):
            await self.members.save(member)
        self.member_ids.append(member.id)

    def new_model(self) -> Model:
        return a_model(provider_id=self.provider_ids[0], price=a_price(), sources={"price": "manual"})

    async def register(self) -> UUID:
        model = self.new_model()
        await self.save(model)
        self.model_ids.append(model.id)
        return model.id

    async def save(self, model: Model) -> None:
        with acting(self.organization_id):
            await self.models.save(model)

    async def remove(self, model_id: UUID) -> None:
        with acting(self.organization_id):
            model = await self.models.get(model_id)
            model.remove()
            await self.models.save(model)

    async def rename(self, place: int, name: str) -> None:
        with acting(self.organization_id):
            model = await self.models.get(self.model_ids[place])
            model.rename(name)
            await self.models.save(model)

    async def touch(self, name: str) -> None:
        """Change a model and a provider."""
        await self.rename(0, name)
        with acting(self.organization_id):
            provider = await self.providers.get(self.provider_ids[0])
            provider.rename(name)
            await self.providers.save(provider)


@pytest.fixture
def tenant(ledger: Ledger) -> Tenant:
    return Tenant(ledger)


@pytest.fixture
async def tenants(ledger: Ledger) -> tuple[Tenant, Tenant]:
    made = (Tenant(ledger), Tenant(ledger))
    for each in made:
        await each.begin()
    return made


@pytest.fixture
def projections(database: Database) -> PostgresProjections:
    return PostgresProjections(database.admin_url, wrong_snapshots)
