"""What an organization has, without a database."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from application.access_keys.stored_key import StoredKey
from application.caller import current_caller
from application.prompts.cool_downs import SharedCoolDown
from application.prompts.prompt_candidates import (
    CallableNames,
    CandidateModel,
    CandidateProvider,
    OrganizationState,
    PromptCandidates,
)
from application.prompts.selection_candidates import ModelById, ModelByName, NamedSelector, Requirements
from domain.model.values import Price
from domain.names import name_key


class FakeCandidateReader:
    """Keeps accounts and models by organization; `reads` and `asked` count what the database would have been asked.

    What fits a need is left to the rules: it returns everything.
    """

    def __init__(self) -> None:
        self.reads = 0
        self.asked = 0
        self.failure: Exception | None = None
        self.cool_downs: list[SharedCoolDown] = []
        self._sequences: dict[UUID, int] = defaultdict(int)
        self._accounts: dict[UUID, dict[UUID, CandidateProvider]] = defaultdict(dict)
        self._models: dict[UUID, dict[UUID, CandidateModel]] = defaultdict(dict)

    def put(self, organization_id: UUID, *things: CandidateProvider | CandidateModel) -> None:
        """Register things, or put them in the place of those with their ids, as one event each."""
        for thing in things:
            if isinstance(thing, CandidateProvider):
                self._accounts[organization_id][thing.id] = thing
            else:
                self._models[organization_id][thing.id] = thing
            self._sequences[organization_id] += 1

    async def named(self, selector: NamedSelector) -> PromptCandidates:
        ways: list[Callable[[CandidateModel], bool]]
        if isinstance(selector, ModelById):
            ways = [lambda model: model.id == selector.model_id]
        elif isinstance(selector, ModelByName):
            ways = [
                lambda model: (
                    model.model_id == selector.provider_model_id and selector.provider_id in (None, model.provider_id)
                )
            ]
        else:
            text = selector.text
            ways = [
                lambda model: str(model.id) == text.lower(),
                lambda model: model.model_id == text,
                lambda model: name_key(model.name) == name_key(text),
            ]
        found: list[CandidateModel] = []
        for way in ways:
            found = found or [model for model in self._all() if way(model)]
        return self._read(found)

    async def fitting(
        self,
        need: Requirements,  # noqa: ARG002 - the rules see to that
        *,
        has_images: bool,  # noqa: ARG002
        today: date,  # noqa: ARG002
        fastest: Sequence[UUID],  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> PromptCandidates:
        return self._read(self._all())

    async def first(self, limit: int) -> PromptCandidates:
        return self._read(sorted(self._all(), key=lambda model: (name_key(model.name), model.id))[:limit])

    async def count(self) -> int:
        return len(self._all())

    async def dearest_price(self) -> Price | None:
        prices = [model.price for model in self._models[current_caller().organization_id].values() if model.price]
        return max(prices, key=lambda price: (price.input_per_1k or 0) + (price.output_per_1k or 0), default=None)

    async def callable(self, types: Sequence[str], *, after: str | None, limit: int) -> CallableNames:
        accounts = self._accounts[current_caller().organization_id]
        able = [
            model
            for model in self._all()
            if model.type in types and model.is_enabled and accounts[model.provider_id].is_enabled
        ]
        names: dict[str, list[UUID]] = defaultdict(list)
        for called in ("model_id", "name"):
            for model in able:
                names[getattr(model, called)].append(model.id)
        page = [
            (name, names[name]) for name in sorted(names, key=_place) if after is None or _place(name) > _place(after)
        ]
        return CallableNames(names=page[:limit], has_more=len(page) > limit, candidates=self._read(able))

    async def state(self) -> OrganizationState:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self._state()

    def _all(self) -> list[CandidateModel]:
        key = current_caller().access_key
        models = self._models[current_caller().organization_id].values()
        return [model for model in models if key is None or _may_use(key, model)]

    def _read(self, models: Sequence[CandidateModel]) -> PromptCandidates:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        accounts = self._accounts[current_caller().organization_id]
        return PromptCandidates(
            state=self._state(),
            accounts={model.provider_id: accounts[model.provider_id] for model in models},
            models=list(models),
        )

    def _state(self) -> OrganizationState:
        sequence = self._sequences[current_caller().organization_id]
        return OrganizationState(org_sequence=sequence, cool_downs=list(self.cool_downs))


def _may_use(key: StoredKey, model: CandidateModel) -> bool:
    """Return whether one of the lists names it; None for both means all."""
    if key.model_ids is None and key.provider_ids is None:
        return True
    return model.id in (key.model_ids or ()) or model.provider_id in (key.provider_ids or ())


def _place(name: str) -> tuple[str, str]:
    return name_key(name), name
