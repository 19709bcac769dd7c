"""The organization's aggregates, from the event log."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from application.access_keys.access_keys import SecretDigest
from application.bounds.stocks import Stocks
from application.caller import current_caller
from application.errors import (
    AccessKeyNotFound,
    ApplicationError,
    ModelAlreadyRegistered,
    ModelNotFound,
    NotFound,
    OrganizationNotFound,
    ProviderHasModels,
    ProviderNameTaken,
    ProviderNotFound,
    QuotaReached,
    StaleRevision,
)
from application.members.members import (
    AccountExists,
    AddressTaken,
    AlreadyMember,
    InvitationNotValid,
    LastAdmin,
    MemberDocument,
    MemberNotFound,
    PasskeyTaken,
    TooManyMembers,
)
from application.ports.repositories import Gone
from application.ports.vault import SealedCredential
from application.recorded_revision import Recorded
from application.webhooks.webhooks import TooManyWebhooks, WebhookNotFound
from domain.access_key.aggregate import AccessKey
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.root import Root
from domain.webhook.aggregate import Webhook

RootT = TypeVar("RootT", bound=Root)


class EventSourcedRepository(Generic[RootT]):
    """Loads and saves aggregates of one kind; fulfils `application.ports.repositories.Repository`."""

    kind: type[RootT]
    not_found: type[NotFound]
    # What is wrong when a constraint of a read table is violated, by the constraint's name.
    constraints: ClassVar[Mapping[str, type[ApplicationError]]] = {}
    # The name of the quota that bounds how many there are; none: nothing does.
    quota: ClassVar[str | None] = None

    def __init__(self, ledger: Ledger, stocks: Stocks | None = None) -> None:
        """Take the ledger. With `stocks`, no more are made than the organization's quota allows."""
        self._ledger = ledger
        self._stocks = stocks

    async def find(self, aggregate_id: UUID) -> RootT | None:
        return await self._ledger.load(self.kind, aggregate_id)

    async def get(self, aggregate_id: UUID, *, expected_revision: int | None = None) -> RootT:
        aggregate = await self.find(aggregate_id)
        if aggregate is None or aggregate.is_removed:
            raise self.not_found
        if expected_revision not in (None, aggregate.revision):
            raise StaleRevision(aggregate.revision)
        return aggregate

    async def get_at(self, aggregate_id: UUID, revision: int) -> RootT:
        aggregate = await self._ledger.load_at(self.kind, aggregate_id, revision)
        if aggregate is None:
            raise self.not_found
        return aggregate

    async def get_many(self, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, RootT]:
        loaded = await self._ledger.load_many(self.kind, aggregate_ids)
        return {aggregate_id: aggregate for aggregate_id, aggregate in loaded.items() if not aggregate.is_removed}

    async def save(self, aggregate: RootT) -> Recorded:
        return (await self._save([aggregate]))[0]

    async def save_all(self, aggregates: Sequence[RootT]) -> Sequence[Recorded]:
        return await self._save(aggregates)

    async def _save(
        self,
        aggregates: Sequence[Root],
        *,
        sealed: Sequence[SealedCredential] = (),
        destroyed: Sequence[UUID] = (),
        digests: Sequence[SecretDigest] = (),
        documents: Sequence[MemberDocument] = (),
    ) -> Sequence[Recorded]:
        await self._check_quota(aggregates)
        append = append_for_caller(sealed, destroyed, digests, documents)
        return await self._ledger.save(aggregates, append, self.constraints)

    async def _check_quota(self, aggregates: Sequence[Root]) -> None:
        """Do nothing if there is room for those of them that are new.

        Raises:
            QuotaReached: there is not.
        """
        new = sum(isinstance(each, self.kind) and each.recorded_position is None for each in aggregates)
        if self._stocks is None or self.quota is None or not new:
            return
        try:
            await self._stocks.check(self.quota, new)
        except QuotaReached:
            # Repeating what was executed already makes no more of them.
            if not await self._ledger.recorded_already([current_caller().command_id]):
                raise


class EventSourcedProviders(EventSourcedRepository[Provider]):
    """Fulfils `application.ports.repositories.Providers`."""

    kind = Provider
    quota = "providers"
    not_found = ProviderNotFound
    constraints: ClassVar = {"ai_providers_name_key": ProviderNameTaken, "ai_models_provider_fkey": ProviderHasModels}

    async def save(
        self, aggregate: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        destroyed = () if aggregate.has_secrets else (aggregate.id,)
        sealed = (credential,) if credential else ()
        return (await self._save([*with_models, aggregate], sealed=sealed, destroyed=destroyed))[-1]


class EventSourcedModels(EventSourcedRepository[Model]):
    """Fulfils `application.ports.repositories.Models`."""

    kind = Model
    quota = "models"
    not_found = ModelNotFound
    constraints: ClassVar = {
        "ai_models_model_id_key": ModelAlreadyRegistered,
        "ai_models_provider_fkey": ProviderNotFound,
    }

    async def recorded_already(self, command_ids: Sequence[UUID]) -> Mapping[UUID, Recorded]:
        recorded = await self._ledger.recorded_already(command_ids)
        current_caller().outcome.note(recorded.values())
        return recorded


class EventSourcedAccessKeys(EventSourcedRepository[AccessKey]):
    """Fulfils `application.access_keys.access_keys.AccessKeys`."""

    kind = AccessKey
    not_found = AccessKeyNotFound

    async def save(self, aggregate: AccessKey, *, secret: SecretDigest | None = None) -> Recorded:
        return (await self._save([aggregate], digests=() if secret is None else (secret,)))[0]


class EventSourcedWebhooks(EventSourcedRepository[Webhook]):
    """Fulfils `application.webhooks.webhooks.Webhooks`."""

    kind = Webhook
    not_found = WebhookNotFound
    constraints: ClassVar = {"webhooks_at_most": TooManyWebhooks}

    async def save(self, aggregate: Webhook, *, credential: SealedCredential | None = None) -> Recorded:
        return (await self._save([aggregate], sealed=(credential,) if credential else ()))[0]


class EventSourcedMembers(EventSourcedRepository[Member]):
    """Fulfils `application.members.members.Members`."""

    kind = Member
    not_found = MemberNotFound
    constraints: ClassVar = {
        "members_at_most": TooManyMembers,
        "members_last_admin": LastAdmin,
        "members_person_key": AlreadyMember,
        "member_profiles_address": AddressTaken,
        "member_profiles_invitation": InvitationNotValid,
        "member_profiles_person": InvitationNotValid,
        "persons_address_key": AccountExists,
        "passkeys_credential_key": PasskeyTaken,
    }

    async def save(self, aggregate: Member, *documents: MemberDocument) -> Recorded:
        return (await self._save([aggregate], documents=documents))[0]


class EventSourcedOrganizations(EventSourcedRepository[Organization]):
    """Fulfils `application.ports.repositories.Organizations`."""

    kind = Organization
    not_found = OrganizationNotFound

    async def save_removed(self, organization: Organization, gone: Sequence[Gone]) -> Recorded:
        return (await self._save([*gone, organization]))[-1]

    async def has_log(self) -> bool:
        return await self._ledger.has_events()
