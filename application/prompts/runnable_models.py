"""An organization's runnable models with decrypted keys, computed once for many prompts."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.errors import ModelNotFound
from application.ports.provider_gateway import ProviderConnection
from application.prompts.model_parameters import read_defaults
from application.prompts.model_selection import select
from application.prompts.selection_candidates import Candidate, ModelByAnyName, ModelById, ModelByName, Requirements
from domain.model.values import NOT_TOLD, RETIRED, Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from application.access_keys.held_key import HeldKey
    from application.ports.catalogue import Catalogue
    from application.ports.provider_gateway import ProviderGateway
    from application.ports.vault import Vault
    from application.prompts.prompt_candidates import CandidateModel, CandidateProvider, PromptCandidates
    from application.prompts.selection_candidates import ModelSelector, Selection

_MOST_REMEMBERED: Final = 256


class RunnableModels:
    """Candidates by every name they have, selections that were asked for before, and keys that were opened before.

    Keys are opened when they are first needed and live as long as this does; no representation shows them.
    """

    def __init__(
        self,
        candidate_list: PromptCandidates,
        *,
        catalogue: Catalogue,
        gateway: ProviderGateway,
        vault: Vault,
        today: date,
    ) -> None:
        self.org_sequence = candidate_list.org_sequence
        self.limits = candidate_list.limits
        self.budget = candidate_list.budget
        self.today = today
        self._accounts = candidate_list.accounts
        self._gateway = gateway
        self._vault = vault
        self._connections: dict[UUID, ProviderConnection] = {}
        self.hold(
            candidate_of(model, candidate_list.accounts[model.provider_id], catalogue, today)
            for model in candidate_list.models
            if model.provider_id in candidate_list.accounts
        )

    def allowed_to(self, key: HeldKey | None) -> RunnableModels:
        """Return these models, or only those that the access key may use: all others are as if they were not there."""
        if key is None or not key.is_restricted:
            return self
        lists = (key.model_ids, key.provider_ids)
        allowed = self._allowed.get(lists)
        if allowed is None:
            allowed = copy(self)
            allowed.hold(each for each in self.candidates if key.may_use(each.id, each.provider_id))
            if len(self._allowed) < _MOST_REMEMBERED:
                self._allowed[lists] = allowed
        return allowed

    def hold(self, candidates: Iterable[Candidate]) -> None:
        """Take these candidates for all there are, with no selection among them yet."""
        self._selections: dict[tuple[ModelSelector, bool], Selection] = {}
        self._allowed: dict[tuple[frozenset[UUID] | None, frozenset[UUID] | None], RunnableModels] = {}
        self.candidates = list(candidates)
        self._by_id = {candidate.id: [candidate] for candidate in self.candidates}
        self._by_model_id: dict[str, list[Candidate]] = {}
        self._by_name: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            self._by_model_id.setdefault(candidate.provider_model_id, []).append(candidate)
            self._by_name.setdefault(candidate.name, []).append(candidate)

    def selection(
        self, selector: ModelSelector, *, has_images: bool, latencies: Mapping[UUID, float] | None = None
    ) -> Selection:
        """Return every requested model with its rank and findings, or all models for a set of needs.

        Raises:
            ModelNotFound: none is called what was asked for.
        """
        known = self._selections.get((selector, has_images))
        if known is not None:
            return known
        need = selector if isinstance(selector, Requirements) else None
        candidates = self.candidates if isinstance(selector, Requirements) else self._named(selector)
        selection = select(candidates, need, has_images=has_images, latencies=latencies)
        if len(self._selections) < _MOST_REMEMBERED:
            self._selections[selector, has_images] = selection
        return selection

    def reconsider(self) -> None:
        """Forget the selections: what they rest on besides the candidates may have changed."""
        self._selections.clear()
        for allowed in self._allowed.values():
            allowed.reconsider()

    async def connection(self, provider_id: UUID) -> ProviderConnection:
        """Return what a call to the provider needs.

        Raises:
            CredentialUnreadable: its key cannot be opened for its endpoint.
            InvalidInput, EndpointRefused: its type or its endpoint is no longer one that can be called.
        """
        known = self._connections.get(provider_id)
        return known or await self._opened(self._accounts[provider_id])

    async def _opened(self, account: CandidateProvider) -> ProviderConnection:
        endpoint = self._gateway.checked_endpoint(account.provider_type, account.endpoint)
        api_key = None
        if account.sealed is not None:
            api_key = await self._vault.unseal(account.sealed, provider_id=account.id, origin=endpoint.origin)
        connection = ProviderConnection(
            provider_type=account.provider_type, endpoint=endpoint.url, settings=account.settings, api_key=api_key
        )
        self._connections[account.id] = connection
        return connection

    def _named(self, selector: ModelById | ModelByName | ModelByAnyName) -> Sequence[Candidate]:
        found: Sequence[Candidate] | None
        if isinstance(selector, ModelById):
            found = self._by_id.get(selector.model_id)
        elif isinstance(selector, ModelByName):
            called = self._by_model_id.get(selector.provider_model_id, [])
            found = [each for each in called if selector.provider_id in (None, each.provider_id)]
        else:
            found = self._called(selector.text)
        if not found:
            raise ModelNotFound
        return found

    def _called(self, text: str) -> Sequence[Candidate] | None:
        with suppress(ValueError):
            if UUID(text) in self._by_id:
                return self._by_id[UUID(text)]
        return self._by_model_id.get(text) or self._by_name.get(text)


def candidate_of(model: CandidateModel, account: CandidateProvider, catalogue: Catalogue, today: date) -> Candidate:
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
    )


def _is_retired(model: CandidateModel, account: CandidateProvider, catalogue: Catalogue, today: date) -> bool:
    """Return whether the model is retired, by the provider's own list, else by the catalogue."""
    stands = model.lifecycle
    if stands == NOT_TOLD:
        known = catalogue.look_up(account.provider_type, model.model_id, endpoint=account.endpoint)
        stands = Lifecycle(lifecycle=known.lifecycle, retires_on=known.retired_on)
    return stands.on(today).lifecycle == RETIRED
