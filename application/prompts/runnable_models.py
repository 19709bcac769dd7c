"""What a prompt may run on: its models, ranked, with the keys of their providers, calculated once for many prompts."""

from datetime import date
from sys import getsizeof
from typing import Final
from uuid import UUID
from zlib import crc32

from application.policies.seal_credential import ProviderSecrets, read_secrets
from application.ports.catalogue import Catalogue
from application.ports.provider_gateway import ProviderConnection, ProviderGateway
from application.ports.vault import Vault
from application.prompts.model_parameters import read_defaults
from application.prompts.prompt_candidates import CandidateModel, CandidateProvider, PromptCandidates
from application.prompts.selection_candidates import Candidate, Selection
from domain.model.values import NOT_TOLD, RETIRED, Lifecycle

# What a candidate with its findings takes, and a provider with its sealed and its opened key, but for the texts in
# them; measured by tests/unit/prompts/test_remembered_bytes.py.
_CANDIDATE_BYTES: Final = 3_500
_ACCOUNT_BYTES: Final = 5_000
_OWN_BYTES: Final = 2_000


class Connections:
    """The connections of an organization's providers, each key opened when it is first needed.

    They live as long as what was read of the organization holds; no representation shows a key.
    """

    def __init__(self, gateway: ProviderGateway, vault: Vault) -> None:
        self._gateway = gateway
        self._vault = vault
        self._opened: dict[UUID, ProviderConnection] = {}

    async def of(self, account: CandidateProvider) -> ProviderConnection:
        """Return what a call to the provider needs.

        Raises:
            CredentialUnreadable: its key cannot be opened for its endpoint.
            InvalidInput, EndpointRefused: its type or its endpoint is no longer one that can be called.
        """
        known = self._opened.get(account.id)
        return known or await self._open(account)

    async def _open(self, account: CandidateProvider) -> ProviderConnection:
        endpoint = self._gateway.checked_endpoint(account.provider_type, account.endpoint)
        secrets = ProviderSecrets()
        if account.sealed is not None:
            text = await self._vault.unseal(account.sealed, provider_id=account.id, origin=endpoint.account)
            secrets = read_secrets(text)
        connection = ProviderConnection(
            provider_type=account.provider_type,
            endpoint=endpoint.url,
            settings=account.settings,
            api_key=secrets.api_key,
            extra_headers=secrets.extra_headers,
        )
        self._opened[account.id] = connection
        return connection


class RunnableModels:
    """The models that answer to a selector, ranked, as of one moment of the organization's log."""

    def __init__(self, selection: Selection, found: PromptCandidates, connections: Connections, today: date) -> None:
        self.selection = selection
        self.ranked = [each for each in selection.ranked_candidates if each.is_kept]
        self.today = today
        self.budget = found.state.budget
        self._accounts = found.accounts
        self._connections = connections

    @property
    def size(self) -> int:
        """How many bytes remembering this takes, rather more than less."""
        models = sum(_CANDIDATE_BYTES + _text_bytes(each.candidate) for each in self.selection.ranked_candidates)
        accounts = sum(
            _ACCOUNT_BYTES + 4 * len(repr(account.settings)) + len(account.endpoint) + len(account.name)
            for account in self._accounts.values()
        )
        return _OWN_BYTES + models + accounts

    async def connection(self, provider_id: UUID) -> ProviderConnection:
        """Return what a call to the provider needs; errors as for `Connections.of`."""
        return await self._connections.of(self._accounts[provider_id])


def _text_bytes(candidate: Candidate) -> int:
    defaults = candidate.defaults
    texts = (
        candidate.name,
        candidate.provider_model_id,
        defaults.system_prompt or "",
        defaults.base_model or "",
        *(defaults.parameters.stop or ()),
        *defaults.drop,
        *candidate.capabilities,
    )
    return sum(getsizeof(text) for text in texts)


def candidate_of(
    model: CandidateModel, account: CandidateProvider, catalogue: Catalogue, today: date, *, needs_key: bool = False
) -> Candidate:
    """Return the model with what matters of its provider, and of what is known about it."""
    known = None
    if not model.max_tokens:
        known = catalogue.look_up(account.provider_type, model.model_id, endpoint=account.endpoint).max_tokens
    return Candidate(
        id=model.id,
        provider_id=account.id,
        provider_name=account.name,
        provider_type=account.provider_type,
        provider_model_id=model.model_id,
        name=model.name,
        type=model.type,
        capabilities=model.capabilities,
        context_window=model.context_window,
        max_tokens=model.max_tokens,
        price=model.price,
        is_enabled=model.is_enabled,
        provider_is_enabled=account.is_enabled,
        health=account.health,
        is_retired=_is_retired(model, account, catalogue, today),
        defaults=read_defaults(model.config),
        created_at=model.created_at,
        known_max_tokens=known,
        lacks_key=needs_key and not account.has_key,
        mark=_mark(model, account),
    )


def _mark(model: CandidateModel, account: CandidateProvider) -> int:
    version = account.sealed.binding.version if account.sealed else 0
    settings = sorted(account.settings.items())
    return crc32(repr((model.model_id, account.provider_type, account.endpoint, version, settings)).encode())


def _is_retired(model: CandidateModel, account: CandidateProvider, catalogue: Catalogue, today: date) -> bool:
    """Return whether the model is retired, by the provider's own list, else by the catalogue."""
    stands = model.lifecycle
    if stands == NOT_TOLD:
        known = catalogue.look_up(account.provider_type, model.model_id, endpoint=account.endpoint)
        stands = Lifecycle(lifecycle=known.lifecycle, retires_on=known.retired_on)
    return stands.on(today).lifecycle == RETIRED
