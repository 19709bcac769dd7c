"""Where sealed keys are kept, without a database."""

from uuid import UUID

from application.caller import current_caller
from application.ports.vault import SealedCredential


class FakeSealedCredentials:
    """Keeps them in a dict, by tenant and provider."""

    def __init__(self) -> None:
        self._stored: dict[tuple[UUID, UUID], SealedCredential] = {}

    async def current(self, provider_id: UUID) -> SealedCredential | None:
        return self._stored.get((current_caller().organization_id, provider_id))

    def store(self, sealed: SealedCredential) -> None:
        """Keep it as its provider's current credential, as the transaction of the command that brought it does."""
        self._stored[sealed.binding.organization_id, sealed.binding.provider_id] = sealed

    def destroy(self, organization_id: UUID, provider_id: UUID) -> None:
        """Forget the provider's credential."""
        self._stored.pop((organization_id, provider_id), None)
