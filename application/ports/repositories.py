"""The organization's providers, its models and itself, as aggregates."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar
from uuid import UUID

from application.ports.vault import SealedCredential
from application.recorded_revision import Recorded
from domain.access_key.aggregate import AccessKey
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.root import Root
from domain.webhook.aggregate import Webhook

RootT = TypeVar("RootT", bound=Root)


Gone: TypeAlias = "Provider | Model | AccessKey | Webhook | Member"
"""What goes with an organization."""


class Repository(Protocol[RootT]):
    """Loads and saves aggregates of one kind, of the current caller's organization."""

    async def get(self, aggregate_id: UUID, *, expected_revision: int | None = None) -> RootT:
        """Return the aggregate as the log has it now.

        Raises:
            NotFound: the organization has none of this id, or it was removed; its subclass names the kind.
            StaleRevision: its revision is not the expected one.
        """
        ...

    async def get_at(self, aggregate_id: UUID, revision: int) -> RootT:
        """Return the aggregate as it was after this revision, at the latest as it is; to look at, not to be saved.

        Raises:
            NotFound: the organization never had one of this id.
        """
        ...

    async def get_many(self, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, RootT]:
        """Return those of the aggregates that there are, in one read."""
        ...

    async def save(self, aggregate: RootT) -> Recorded:
        """Record what was decided.

        Raises:
            Conflict: another command came first; its subclasses name the violated constraint of a read table.
            OrganizationRemoved: the organization was removed.
            Unavailable: the database could not be reached; nothing was recorded by this call.
            CommandOutcomeUnknown: the connection broke at the commit and the outcome could not be looked up.
        """
        ...

    async def save_all(self, aggregates: Sequence[RootT]) -> Sequence[Recorded]:
        """Record what was decided on all of them in one transaction, all or nothing; errors as for `save`."""
        ...


class Providers(Repository["Provider"], Protocol):
    """Loads and saves providers."""

    async def save(
        self, aggregate: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        """Record what was decided, all or nothing, with the sealed key and the models that go with it.

        A credential that no longer exists by the events is destroyed in the same transaction.

        Raises:
            ProviderNameTaken: the name belongs to another provider.
            ProviderHasModels: it was removed while models are still registered.
            Conflict and others: as for every repository.
        """
        ...


class Models(Repository["Model"], Protocol):
    """Loads and saves models. Saving also raises ModelAlreadyRegistered, or ProviderNotFound: its provider is gone."""

    async def recorded_already(self, command_ids: Sequence[UUID]) -> Mapping[UUID, Recorded]:
        """Return what these commands of the caller's organization have recorded, by aggregate; new ones nothing."""
        ...


class Organizations(Repository["Organization"], Protocol):
    """Loads and saves organizations; the current caller acts for the one in question."""

    async def find(self, aggregate_id: UUID) -> Organization | None:
        """Return the organization, none when it has not been named yet."""
        ...

    async def save_removed(self, organization: Organization, gone: Sequence[Gone]) -> Recorded:
        """Record that the organization was removed after the last of its providers, models, keys, webhooks and members.

        Everything that is kept of the organization outside its log is deleted with it: keys, read rows, evidence,
        figures. Errors as for `save`; it is a Conflict, too, that it has providers, access keys, webhooks or members
        still.
        """
        ...

    async def has_log(self) -> bool:
        """Return whether anything was ever written for the organization."""
        ...
