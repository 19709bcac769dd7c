"""The organization that a declaration is about, as far as it can be seen and changed from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from application.declaration.resources import ExistingResource, Kind, TypeOfProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new resource; `secret` is that of an access key or webhook, which the service shows only once."""

    id: str
    secret: str | None = field(default=None, repr=False)


class DeclaredOrganization(Protocol):
    """Reads what an organization has, and changes it. All raise ServiceRefused and ServiceUnreachable.

    Fields are those of the REST API, with ids. A change is refused where the resource is at another revision than the
    one that was read.
    """

    async def check(self, organization_id: UUID | None) -> None:
        """Refuse if the credentials are for another organization than the one that is meant."""
        ...

    async def provider_types(self) -> Mapping[str, TypeOfProvider]:
        """Return the provider types that the service has, by name."""
        ...

    async def resources(self) -> Sequence[ExistingResource]:
        """Return all that it has: providers, models, the budget, access keys, webhooks."""
        ...

    async def create(self, kind: Kind, fields: Mapping[str, Any]) -> Created:
        """Make a resource, not a model."""
        ...

    async def change(self, present: ExistingResource, patch: Mapping[str, Any]) -> None:
        """Change a resource, not a model."""
        ...

    async def remove(self, present: ExistingResource) -> None:
        """Remove a resource, not a model; a provider with its models."""
        ...

    async def import_models(self, provider_id: str, model_ids: Sequence[str]) -> None:
        """Register and enable models as the provider offers them, all or none."""
        ...

    async def change_models(self, operations: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        """Carry out up to 1,000 operations on models, all or none, and return the ids in the same order."""
        ...
