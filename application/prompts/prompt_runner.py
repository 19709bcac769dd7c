"""Chooses the models that a prompt may be run on, and begins its run within the caller's bounds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TypeVar

from application.bounds.call_admission import CallAdmission
from application.bounds.call_estimates import NO_ESTIMATE, CallEstimate, call_estimate
from application.bounds.caller_bounds import CallerBounds, bounds_of_caller
from application.bounds.organization_quotas import OrganizationQuotas
from application.caller import current_caller
from application.ports.clock import Timer
from application.ports.provider_gateway import ProviderConnection, TestReport
from application.prompts.candidate_queue import CallRecords, CandidateQueue
from application.prompts.price_list import PriceList
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits
from application.prompts.prompt_request import Prompt
from application.prompts.prompt_run import PromptRun
from application.prompts.request_recording import RequestRecording
from application.prompts.retry_policy import RetryPolicy
from application.prompts.runnable_models import RunnableModels
from application.prompts.runnable_models_cache import RunnableModelsCache
from application.prompts.selection_candidates import Candidate, Requirements
from application.usage.usage_ledger import Operation, UsageLedger

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRunner:
    """Chooses the models that a prompt may be run on, and begins its run."""

    runnable_models: RunnableModelsCache
    usage: UsageLedger
    price_list: PriceList
    timer: Timer
    records: CallRecords
    probe: Callable[[ProviderConnection], Awaitable[TestReport]]
    admission: CallAdmission
    quotas: OrganizationQuotas
    refuses_unknown_costs: bool = False
    retrying: RetryPolicy = field(default_factory=RetryPolicy)

    async def run(self, prompt: Prompt, operation: Operation, work: Callable[[PromptRun], Awaitable[T]]) -> T:
        """Return what the work returns, which is given the run of the prompt; logged when it has ended.

        Errors as for `candidates`, and as for `CallAdmission.admitted`; these are logged too.
        """
        with self.recording(prompt, operation) as recording:
            run, admitted = await self._begun(prompt, recording)
            if admitted is None:
                with run:
                    return await work(run)
            async with admitted:
                with run:
                    return await work(run)

    @asynccontextmanager
    async def started(self, prompt: Prompt) -> AsyncIterator[PromptRun]:
        """Give the run of a prompt whose answer comes bit by bit, and log it in the end; errors as for `run`."""
        with self.recording(prompt, "prompt") as recording:
            run, admitted = await self._begun(prompt, recording)
            async with admitted or nullcontext():
                with run:
                    yield run

    async def _begun(
        self, prompt: Prompt, recording: RequestRecording
    ) -> tuple[PromptRun, AbstractAsyncContextManager[None] | None]:
        """Return the run with the models to try, in their order, and the block that holds it to its bounds."""
        ready = await self._runnable(prompt)
        organization_id = current_caller().organization_id
        run = PromptRun(
            prompt,
            ready,
            CandidateQueue(ready.ranked, self.records, organization_id),
            recording=recording,
            price_list=self.price_list,
            timer=self.timer,
            retrying=self.retrying,
            probe=self.probe,
        )
        bounds = bounds_of_caller(await self.quotas.of(organization_id), ready.budget)
        if not bounds:
            return run, None
        estimate = await self._estimate(prompt, ready, bounds)
        return run, self.admission.admitted(bounds, estimate, lambda: recording.uses)

    async def _estimate(self, prompt: Prompt, ready: RunnableModels, bounds: Sequence[CallerBounds]) -> CallEstimate:
        """Return what the call may cost; with a budget, a model without a price counts as the dearest one."""
        if all(each.budget is None and each.limits.tokens_per_minute is None for each in bounds):
            return NO_ESTIMATE
        candidates = ready.selection.kept
        instead = None
        has_budget = any(each.budget is not None for each in bounds)
        if has_budget and not self.refuses_unknown_costs and any(each.price is None for each in candidates):
            instead = await self.runnable_models.dearest_price()
        return call_estimate(prompt, candidates, instead)

    def recording(self, prompt: Prompt, operation: Operation) -> RequestRecording:
        """Return the block whose end is logged as the end of the client's call."""
        return RequestRecording(prompt, operation, usage=self.usage, timer=self.timer)

    async def candidates(self, prompt: Prompt) -> tuple[RunnableModels, Sequence[Candidate]]:
        """Return the models that may be tried, in their order, with what is needed to call them.

        Raises:
            ModelNotFound: none has the requested name or id.
            ModelOutOfUse, NoModelFits: none of those that are can be used.
            Unavailable: the database cannot be reached.
        """
        ready = await self._runnable(prompt)
        return ready, ready.selection.kept

    async def _runnable(self, prompt: Prompt) -> RunnableModels:
        ready = await self.runnable_models.chosen(prompt.selector, has_images=prompt.has_images)
        if not ready.ranked:
            raise (NoModelFits if isinstance(prompt.selector, Requirements) else ModelOutOfUse)(ready.selection)
        return ready
