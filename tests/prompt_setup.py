"""Running prompts without a database, a network, or time: valid models, and all that running one takes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from adapters.providers.provider_gateway import Gateway
from application.access_keys.stored_key import StoredKey
from application.bounds.budgets import Budgets
from application.bounds.call_admission import CallAdmission
from application.bounds.call_limits import CallLimits
from application.caller import acting_as
from application.ports.clock import Timer
from application.ports.provider_gateway import CallOutcome, Category, RateLimit, UpstreamFailure
from application.prompts.candidate_queue import CallRecords
from application.prompts.conversation import Image, Text
from application.prompts.cool_down_sharing import CoolDownSharing
from application.prompts.cool_downs import CoolDowns
from application.prompts.model_parameters import Defaults
from application.prompts.prompt_candidates import CandidateModel, CandidateProvider
from application.prompts.prompt_request import Prompt
from application.prompts.prompt_runner import PromptRunner
from application.prompts.retry_policy import RetryPolicy
from application.prompts.runnable_models_cache import MOST_BYTES, RunnableModelsCache
from application.prompts.selection_candidates import Candidate, ModelById
from domain.model.values import NOT_TOLD
from tests.builders import AN_ENDPOINT, a_caller, a_price
from tests.fakes.budget_leases import FakeBudgetLeases
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.client import FakeClient, a_conversation, a_turn
from tests.fakes.clock import FakeClock, FakeTimer
from tests.fakes.generation import FakeGeneration
from tests.fakes.outbound_http import FakeOutbound
from tests.fakes.price_list import FakePriceList
from tests.fakes.prompt_candidates import FakeCandidateReader
from tests.fakes.quotas import quotas_of_all
from tests.fakes.rate_limits import FakeRateLimits
from tests.fakes.shared_cool_downs import FakeSharedCoolDowns
from tests.fakes.usage import FakeUsage
from tests.fakes.vault import FakeVault

SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def a_candidate(**facts: Any) -> Candidate:  # noqa: ANN401 - the fields of a candidate
    """Return a candidate that nothing speaks against."""
    candidate_id = facts.get("id", uuid4())
    usual: dict[str, Any] = {
        "id": candidate_id,
        "provider_id": uuid4(),
        "provider_name": "A provider",
        "provider_type": "openai",
        "provider_model_id": f"model-{candidate_id}",
        "name": "A model",
        "type": "language",
        "capabilities": frozenset({"text"}),
        "context_window": 128_000,
        "max_tokens": 4096,
        "price": a_price(),
        "is_enabled": True,
        "provider_is_enabled": True,
        "health": "healthy",
        "is_retired": False,
        "defaults": Defaults(),
        "created_at": SOME_TIME,
    }
    return Candidate(**usual | facts)


def an_account(**facts: Any) -> CandidateProvider:  # noqa: ANN401 - the fields of an account
    """Return an enabled, healthy provider without a key."""
    usual: dict[str, Any] = {
        "id": uuid4(),
        "name": "A provider",
        "provider_type": "openai",
        "endpoint": AN_ENDPOINT.url,
        "settings": {},
        "is_enabled": True,
        "health": "healthy",
    }
    return CandidateProvider(**usual | facts)


def a_registered_model(account: CandidateProvider, model_id: str | None = None, **facts: Any) -> CandidateModel:  # noqa: ANN401
    """Return an enabled language model of the account."""
    own_id = facts.get("id", uuid4())
    usual: dict[str, Any] = {
        "id": own_id,
        "provider_id": account.id,
        "model_id": model_id or f"model-{own_id}",
        "name": "A model",
        "type": "language",
        "capabilities": frozenset({"text"}),
        "config": {},
        "price": a_price(),
        "context_window": 128_000,
        "max_tokens": 4096,
        "lifecycle": NOT_TOLD,
        "is_enabled": True,
        "created_at": SOME_TIME,
    }
    return CandidateModel(**usual | facts)


def a_prompt(
    selector: Any = None,  # noqa: ANN401
    *texts: str,
    image: bool = False,
    deadline_seconds: float | None = None,
    **asked: Any,  # noqa: ANN401 - the fields of a conversation
) -> Prompt:
    """Return a prompt of one turn of the user; its model is any id unless the test says which."""
    parts: tuple[Text | Image, ...] = tuple(Text(text=text) for text in texts or ("Hello there",))
    if image:
        parts = (*parts, Image(media_type="image/png", data="aGk="))
    usual: dict[str, Any] = {"turns": (a_turn("user", *parts),)}
    return Prompt(
        selector=selector or ModelById(uuid4()),
        client=FakeClient(asked=a_conversation(**usual | asked)),
        has_images=image,
        deadline_seconds=deadline_seconds,
    )


def a_failure(category: Category = "overloaded", *, is_retryable: bool = True, **facts: Any) -> UpstreamFailure:  # noqa: ANN401
    if (wait := facts.pop("retry_after_seconds", None)) is not None:
        facts["rate_limit"] = RateLimit(retry_after_seconds=wait)
    words = f"The provider answered: {category}."
    return UpstreamFailure(CallOutcome(category, words, is_retryable=is_retryable, **facts))


@dataclass
class PromptSetup:
    """One organization's models with everything fake around them."""

    organization_id: UUID = field(default_factory=uuid4)
    candidate_reader: FakeCandidateReader = field(default_factory=FakeCandidateReader)
    generation: FakeGeneration = field(default_factory=FakeGeneration)
    clock: FakeClock = field(default_factory=FakeClock)
    timer: Timer = field(default_factory=FakeTimer)
    vault: FakeVault = field(default_factory=FakeVault)
    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    price_list: FakePriceList = field(default_factory=FakePriceList)
    retrying: RetryPolicy = field(default_factory=RetryPolicy)
    account: CandidateProvider = field(default_factory=an_account)
    shared: FakeSharedCoolDowns = field(default_factory=FakeSharedCoolDowns)
    gateway: Any = field(default_factory=lambda: Gateway(FakeOutbound()))
    counts: FakeRateLimits = field(default_factory=FakeRateLimits)
    leases: FakeBudgetLeases = field(default_factory=FakeBudgetLeases)

    def __post_init__(self) -> None:
        self.usage = FakeUsage(self.clock)
        self.cool_downs = CoolDowns(self.timer)
        self.sharing = CoolDownSharing(self.cool_downs, self.shared)
        self.records = CallRecords(timer=self.timer, cool_downs=self.cool_downs, sharing=self.sharing)
        self.candidate_reader.put(self.organization_id, self.account)
        self.runnable_models = self.a_cache()
        self.thresholds: list[tuple[str, UUID, int]] = []
        self.budgets = Budgets(self.leases, timer=self.timer, clock=self.clock, note_threshold=self._told)
        self.quotas = quotas_of_all()
        self.admission = CallAdmission(limits=CallLimits(self.counts), budgets=self.budgets)

    async def _told(
        self, organization_id: UUID, kind: str, subject_id: UUID, percent: int, since: datetime | None
    ) -> None:
        del since
        assert organization_id == self.organization_id
        self.thresholds.append((kind, subject_id, percent))

    def a_cache(self, *, most_bytes: int = MOST_BYTES, keyed_types: Sequence[str] = ()) -> RunnableModelsCache:
        return RunnableModelsCache(
            candidate_reader=self.candidate_reader,
            reports=self.usage,
            catalogue=self.catalogue,
            gateway=self.gateway,
            vault=self.vault,
            timer=self.timer,
            clock=self.clock,
            cool_downs=self.cool_downs,
            most_bytes=most_bytes,
            keyed_types=keyed_types,
        )

    @property
    def runner(self) -> PromptRunner:
        return PromptRunner(
            admission=self.admission,
            quotas=self.quotas,
            runnable_models=self.runnable_models,
            usage=self.usage,
            price_list=self.price_list,
            timer=self.timer,
            records=self.records,
            probe=self.gateway.probe,
            retrying=self.retrying,
        )

    @property
    def ports(self) -> dict[str, Any]:
        """What running a prompt takes."""
        return {"runner": self.runner, "generation": self.generation}

    def model(
        self,
        model_id: str | None = None,
        *,
        of: CandidateProvider | None = None,
        **facts: Any,  # noqa: ANN401
    ) -> CandidateModel:
        """Register a model of the setup's provider, or of another one."""
        account = of or self.account
        model = a_registered_model(account, model_id, **facts)
        self.candidate_reader.put(self.organization_id, account, model)
        return model

    def acting(self, key: StoredKey | None = None) -> AbstractContextManager[None]:
        """Act for the organization, with an access key if one is given."""
        caller = a_caller(self.organization_id)
        if key is None:
            return acting_as(caller)
        return acting_as(replace(caller, actor=str(key.id), access_key_id=key.id, labels=key.labels, access_key=key))
