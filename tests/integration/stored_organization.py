"""An organization in the log, which a test fills."""

from uuid import UUID, uuid4

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import (
    EventSourcedAccessKeys,
    EventSourcedMembers,
    EventSourcedModels,
    EventSourcedOrganizations,
    EventSourcedProviders,
    EventSourcedWebhooks,
)


class StoredOrganization:
    """An organization that has nothing yet: its repositories, and the ids of what it comes to have."""

    def __init__(self, ledger: Ledger) -> None:
        self.providers = EventSourcedProviders(ledger)
        self.models = EventSourcedModels(ledger)
        self.organizations = EventSourcedOrganizations(ledger)
        self.keys = EventSourcedAccessKeys(ledger)
        self.webhooks = EventSourcedWebhooks(ledger)
        self.members = EventSourcedMembers(ledger)
        self.organization_id = uuid4()
        self.provider_ids: list[UUID] = []
        self.model_ids: list[UUID] = []
        self.key_ids: list[UUID] = []
        self.webhook_ids: list[UUID] = []
        self.member_ids: list[UUID] = []
