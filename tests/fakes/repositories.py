"""The organization's aggregates in memory."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from application.access_keys.access_keys import SecretDigest
from application.caller import current_caller
from application.errors import (
    AccessKeyNotFound,
    ModelNotFound,
    NotFound,
    OrganizationNotFound,
    ProviderHasModels,
    ProviderNotFound,
    StaleRevision,
)
from application.ports.repositories import Gone
from application.ports.vault import SealedCredential
from application.recorded_revision import Recorded
from application.webhooks.webhooks import MOST_WEBHOOKS, TooManyWebhooks, WebhookNotFound
from domain.access_key.aggregate import AccessKey
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.root import Root
from domain.webhook.aggregate import Webhook
from tests.fakes.key_secrets import FakeKeySecrets
from tests.fakes.ledger import FakeLedger
from tests.fakes.sealed_credentials import FakeSealedCredentials

RootT = TypeVar("RootT", bound=Root)


class FakeRepository(Generic[RootT]):
    """Fulfils `application.ports.repositories.Repository` over a ledger in memory."""

    kind: type[RootT]
    not_found: type[NotFound]

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def find(self, aggregate_id: UUID) -> RootT | None:
        return self._ledger.find(self.kind, aggregate_id)

    async def get(self, aggregate_id: UUID, *, expected_revision: int | None = None) -> RootT:
        aggregate = await self.find(aggregate_id)
        if aggregate is None:
            raise self.not_found
        if expected_revision not in (None, aggregate.revision):
            raise StaleRevision(aggregate.revision)
        return aggregate

    async def get_at(self, aggregate_id: UUID, revision: int) -> RootT:
        aggregate = self._ledger.at(self.kind, aggregate_id, revision)
        if aggregate is None:
            raise self.not_found
        return aggregate

    async def get_many(self, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, RootT]:
        return {each.id: each for each in self._ledger.living(self.kind) if each.id in set(aggregate_ids)}

    async def save(self, aggregate: RootT) -> Recorded:
        return self._ledger.save([aggregate])[0]

    async def save_all(self, aggregates: Sequence[RootT]) -> Sequence[Recorded]:
        return self._ledger.save(aggregates)


class FakeModels(FakeRepository[Model]):
    kind = Model
    not_found = ModelNotFound

    async def recorded_already(self, command_ids: Sequence[UUID]) -> Mapping[UUID, Recorded]:
        of_each = [self._ledger.books.commands.get(command_id, {}) for command_id in command_ids]
        return {aggregate_id: recorded for each in of_each for aggregate_id, recorded in each.items()}


class FakeAccessKeys(FakeRepository[AccessKey]):
    """Digests go where requests find them."""

    kind = AccessKey
    not_found = AccessKeyNotFound

    def __init__(self, ledger: FakeLedger, secrets: FakeKeySecrets) -> None:
        super().__init__(ledger)
        self._secrets = secrets

    async def save(self, aggregate: AccessKey, *, secret: SecretDigest | None = None) -> Recorded:
        is_new = current_caller().command_id not in self._ledger.books.commands
        recorded = self._ledger.save([aggregate])[0]
        if secret is not None and is_new:
            self._secrets.store(secret)
        return recorded


class FakeWebhooks(FakeRepository[Webhook]):
    """Sealed addresses and secrets go where a vault finds them."""

    kind = Webhook
    not_found = WebhookNotFound

    def __init__(self, ledger: FakeLedger, credentials: FakeSealedCredentials) -> None:
        super().__init__(ledger)
        self._credentials = credentials

    async def save(self, aggregate: Webhook, *, credential: SealedCredential | None = None) -> Recorded:
        is_new = current_caller().command_id not in self._ledger.books.commands
        others = [each for each in self._ledger.living(Webhook) if each.id != aggregate.id]
        if is_new and len(others) >= MOST_WEBHOOKS and not aggregate.is_removed:
            raise TooManyWebhooks
        recorded = self._ledger.save([aggregate])[0]
        if credential is not None and is_new:
            self._credentials.store(credential)
        return recorded


class FakeOrganizations(FakeRepository[Organization]):
    kind = Organization
    not_found = OrganizationNotFound

    async def save_removed(self, organization: Organization, gone: Sequence[Gone]) -> Recorded:
        return self._ledger.save([*gone, organization])[-1]

    async def has_log(self) -> bool:
        return bool(self._ledger.books.events)


class FakeProviders(FakeRepository[Provider]):
    """Sealed keys go where a vault finds them."""

    kind = Provider
    not_found = ProviderNotFound

    def __init__(self, ledger: FakeLedger, credentials: FakeSealedCredentials | None = None) -> None:
        super().__init__(ledger)
        self._credentials = credentials

    async def save(
        self, aggregate: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        try:
            recorded = self._ledger.save([*with_models, aggregate])
        except ProviderNotFound:
            raise ProviderHasModels from None
        if self._credentials is not None:
            if credential is not None:
                self._credentials.store(credential)
            elif not aggregate.has_secrets:
                self._credentials.destroy(current_caller().organization_id, aggregate.id)
        return recorded[-1]
