"""Runs a prompt: tries candidates in order and records each call."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from math import inf, isfinite
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from application.deadline import Deadline
from application.errors import ApplicationError, CredentialUnreadable, InvalidInput
from application.ports.clock import Timer
from application.ports.provider_gateway import (
    CallOutcome,
    Category,
    ContextUse,
    ProviderConnection,
    TestReport,
    UpstreamFailure,
)
from application.prompts.call_costs import NOTHING, AnswerWithUsage, Cost, call_cost
from application.prompts.candidate_queue import CandidateQueue
from application.prompts.completion import Completion
from application.prompts.first_byte import AnswerDeadline
from application.prompts.generation import CallProgress, GenerationRequest
from application.prompts.price_list import PriceList
from application.prompts.prompt_answer import Attempt, CallSummary, PromptAnswer
from application.prompts.prompt_errors import PromptFailed
from application.prompts.prompt_request import ANSWER_SECONDS, SILENCE_SECONDS, Prompt, request_for
from application.prompts.request_recording import RequestRecording, named
from application.prompts.retry_policy import RetryPolicy, most_informative
from application.prompts.runnable_models import RunnableModels
from application.prompts.selection_candidates import Candidate
from application.usage.usage_ledger import CANCELLED, OK

T = TypeVar("T")

# After these the provider may have written, and charged, all the same; any other refusal comes before the work.
_PERHAPS_CHARGED = frozenset({CANCELLED, "timeout", "unexpected_body"})

# Event loops count in milliseconds, and may end a wait that much early.
_TIMER_STEP = 0.005
# A call that ends with so little left of the deadline was ended by it.
_OVER = 0.1


class PromptRun:
    """Calls one model after the other until one answers, and keeps account of every call.

    A call that was not read to its end, such as a stream that was never read, ends with the block.
    """

    def __init__(
        self,
        prompt: Prompt,
        ready: RunnableModels,
        queue: CandidateQueue,
        *,
        recording: RequestRecording,
        price_list: PriceList,
        timer: Timer,
        retrying: RetryPolicy,
        probe: Callable[[ProviderConnection], Awaitable[TestReport]],
    ) -> None:
        self._prompt = prompt
        self._ready = ready
        self._queue = queue
        self._probe = probe
        self._recording = recording
        self._price_list = price_list
        self._timer = timer
        self._retrying = retrying
        self._attempts: list[Attempt] = []
        self._started = timer.now()
        self._seconds = ANSWER_SECONDS if prompt.deadline_seconds is None else prompt.deadline_seconds
        self._deadline = self._started + self._seconds
        self._model_deadlines: dict[UUID, float] = {}
        self._calling: Candidate | None = None
        self._called: ProviderConnection | None = None
        self._progress = CallProgress()
        self._called_at = 0.0
        self._waited = 0.0
        self._patience: AnswerDeadline | None = None
        self._is_whole = True
        self._has_begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.broken_off()

    @property
    def remaining(self) -> float:
        """Seconds until the deadline; infinite when there is none any more."""
        return self._deadline - self._timer.now()

    def within_deadline(self) -> Deadline:
        """Return a block that ends at the deadline with `PromptFailed`; for what comes after the first success."""
        seconds = max(self.remaining, 0.0) if isfinite(self._deadline) else None
        return Deadline(seconds, lambda: PromptFailed(self._out_of_time(), self._attempts))

    def has_begun(self) -> None:
        """Note that the first words of a stream are here: its length is bounded only if prompt or model say so."""
        self._recording.first_byte()
        self._has_begun = True
        if self._prompt.deadline_seconds is None:
            own = None if self._calling is None else self._calling.defaults.deadline_seconds
            self._seconds = inf if own is None else own
            self._deadline = inf if self._calling is None else self._model_deadlines.get(self._calling.id, inf)

    async def first_success(
        self, call: Callable[[ProviderConnection, GenerationRequest], Awaitable[T]], *, is_whole: bool = True
    ) -> T:
        """Return what the first call that succeeds gives; what it began is still to be ended.

        A call that `is_whole` gives nothing before the whole answer is there; others end with the first words.

        Raises:
            InvalidInput: no provider takes a part of the prompt, so that nothing was sent to any.
            PromptFailed: none did, or one reports that the prompt itself is wrong.
        """
        errors: list[UpstreamFailure] = []
        while len(errors) < self._retrying.attempts_in_all and (candidate := self._queue.take()) is not None:
            wait: float | None = 0.0
            calls = 0
            while wait is not None and len(errors) < self._retrying.attempts_in_all:
                self._waited = wait
                if wait:
                    await self._timer.sleep(wait)
                calls += 1
                try:
                    return await self._attempt(candidate, call, is_whole=is_whole)
                except UpstreamFailure as error:
                    errors.append(error)
                    if _is_callers_mistake(error.failure):
                        raise PromptFailed(error.failure, self._attempts) from error
                    if error.failure.category == "context_length_exceeded":
                        self._queue.keep_larger(candidate.context_window)
                    has_alternative = self._queue.has_alternative()
                    wait = self._wait(candidate, error.failure, calls, has_alternative=has_alternative)
        refusals = [error.__cause__ for error in errors if error.failure.category == "bad_request"]
        if len(refusals) == len(errors) and all(isinstance(refusal, InvalidInput) for refusal in refusals):
            raise refusals[0] or errors[0]
        raise PromptFailed(most_informative([error.failure for error in errors]), self._attempts) from errors[-1]

    def account(self, answer: AnswerWithUsage) -> CallSummary:
        """Note that the call under way has given its whole answer, and return which model it was and what it cost."""
        candidate, cost, latency_ms = self._accounted(answer)
        return CallSummary(candidate=candidate, cost=cost, latency_ms=latency_ms, attempts=self._attempts)

    def _accounted(self, answer: AnswerWithUsage) -> tuple[Candidate, Cost, float]:
        candidate = self._calling
        if candidate is None:
            raise LookupError
        cost = self._cost(candidate, answer)
        self._end(OK, cost, answer=answer)
        self._recording.answered(answer.ignored_fields)
        return candidate, cost, (self._timer.now() - self._started) * 1000

    def _cost(self, candidate: Candidate, answer: AnswerWithUsage) -> Cost:
        return Cost(None) if self._called is None else call_cost(answer, candidate, self._called, self._price_list)

    def succeeded(self, completion: Completion) -> PromptAnswer:
        """Note that the call under way has given its whole answer, and return the answer with all that goes with it."""
        candidate, cost, latency_ms = self._accounted(completion)
        return PromptAnswer(
            candidate=candidate, completion=completion, cost=cost, latency_ms=latency_ms, attempts=self._attempts
        )

    def failed(self, error: UpstreamFailure, *, in_midstream: bool = False) -> PromptFailed:
        """Note that the call under way has failed, and return what to raise when no other is to be tried."""
        if self._calling is not None and error.failure.category == "context_length_exceeded":
            said = error.failure.context or ContextUse()
            context = replace(said, limit=said.limit or self._calling.context_window)
            error.failure = replace(error.failure, context=context)
        failure = error.failure
        if self._calling is not None:
            self._note(self._calling, failure)
        has_used = bool(self._progress.usage.input_tokens or self._progress.usage.output_tokens)
        charged = in_midstream or has_used or failure.category in _PERHAPS_CHARGED
        self._end(failure.category, Cost(None) if charged else NOTHING, failure=failure)
        return PromptFailed(failure, self._attempts)

    def broken_off(self) -> None:
        """Record that the current call was cancelled, with the tokens that are known. No effect if it has ended."""
        if self._calling is None:
            return
        self._queue.broken_off(self._calling)
        cost = self._cost(self._calling, self._progress) if self._progress.is_finished else Cost(None)
        self._end("timeout" if self.remaining <= _TIMER_STEP else CANCELLED, cost)

    def _remaining(self, candidate: Candidate) -> float:
        """Return the seconds until the deadline, or until that of the model, which runs from its first call."""
        own = candidate.defaults.deadline_seconds
        if own is None or self._prompt.deadline_seconds is not None:
            return self.remaining
        deadline = self._model_deadlines.setdefault(candidate.id, self._timer.now() + own)
        return min(self.remaining, deadline - self._timer.now())

    async def _attempt(
        self,
        candidate: Candidate,
        call: Callable[[ProviderConnection, GenerationRequest], Awaitable[T]],
        *,
        is_whole: bool,
    ) -> T:
        connection = await self._connection(candidate)
        remaining = self._remaining(candidate)
        if remaining <= 0:
            raise UpstreamFailure(self._out_of_time())
        request = request_for(self._prompt, candidate, remaining)
        self._calling, self._called, self._progress = candidate, connection, request.progress
        self._called_at = self._timer.now()
        self._queue.begun(candidate)
        self._is_whole, self._patience = is_whole, self._patience_with(candidate, connection, is_whole=is_whole)
        try:
            begun = call(connection, request)
            answer = await (begun if self._patience is None else self._patience.wait_for(begun))
        except UpstreamFailure as error:
            # The time of the call ends with that of the prompt, and either may be noticed first.
            if error.failure.category == "timeout" and self.remaining <= _TIMER_STEP:
                late = UpstreamFailure(self._out_of_time())
                self.failed(late)
                raise late from error
            self.failed(error)
            raise
        except InvalidInput as error:
            self._queue.broken_off(candidate)
            self._queue.ended(candidate)
            raise self._not_called(candidate, "bad_request", error) from error
        except asyncio.CancelledError:
            self.broken_off()
            raise
        self._queue.answered(candidate, self._called_at)
        return answer

    def _patience_with(
        self, candidate: Candidate, connection: ProviderConnection, *, is_whole: bool
    ) -> AnswerDeadline | None:
        """Return how long the model may send nothing; none where no other could be called instead."""
        if not self._queue.has_alternative():
            return None
        seconds = self._first_byte_seconds(candidate)
        if not is_whole or self._is_strict_with(candidate):
            return AnswerDeadline(seconds=seconds)

        async def is_alive() -> bool:
            return (await self._probe(connection)).reachable

        longest = min(self._retrying.whole_answer_seconds, self.remaining / 2)
        return AnswerDeadline(seconds=seconds, whole_seconds=longest, is_alive=is_alive)

    def _first_byte_seconds(self, candidate: Candidate) -> float:
        return candidate.defaults.first_byte_seconds or self._retrying.first_byte_seconds

    def _is_strict_with(self, candidate: Candidate) -> bool:
        """One that has hung lately, and one whose time a person has set, is not given more for a whole answer."""
        return candidate.defaults.first_byte_seconds is not None or self._queue.is_suspect(candidate)

    def _note(self, candidate: Candidate, failure: CallOutcome) -> None:
        """Report the failure to the queue, unless the request's own deadline left the model no time."""
        if failure.category == "timeout" and self._was_hasty(candidate):
            self._queue.broken_off(candidate)
        else:
            self._queue.failed(candidate, failure, self._called_at)

    def _was_hasty(self, candidate: Candidate) -> bool:
        """Return whether the request has given the model less time than it has by itself: others may give it more."""
        if self._has_begun:
            own = self._prompt.idle_seconds
            return own is not None and own < (candidate.defaults.idle_seconds or SILENCE_SECONDS)
        if self.remaining > _OVER and (self._patience is None or not self._patience.was_alive):
            return False
        waited = self._timer.now() - self._called_at
        if self._is_whole and not self._is_strict_with(candidate):
            return waited < self._retrying.whole_answer_seconds - _TIMER_STEP
        return waited < self._first_byte_seconds(candidate)

    async def _connection(self, candidate: Candidate) -> ProviderConnection:
        try:
            return await self._ready.connection(candidate.provider_id)
        except CredentialUnreadable as error:
            raise self._not_called(candidate, "auth_invalid", error) from error
        except InvalidInput as error:
            raise self._not_called(candidate, "endpoint_refused", error) from error

    def _not_called(self, candidate: Candidate, category: Category, error: ApplicationError) -> UpstreamFailure:
        """Note that a model could not be called; nothing was sent, so nothing was used."""
        self._calling = None
        if category != "bad_request":
            self._queue.failed(candidate, CallOutcome(category, error.message), self._timer.now())
        self._record(
            Attempt(
                **named(candidate),
                candidate=candidate,
                outcome=category,
                wait_ms=self._waited * 1000,
                latency_ms=0.0,
                message=error.message,
                cost_usd=NOTHING.usd,
                was_called=False,
            )
        )
        return UpstreamFailure(CallOutcome(category, error.message))

    def _wait(self, candidate: Candidate, failure: CallOutcome, calls: int, *, has_alternative: bool) -> float | None:
        return self._retrying.wait(
            failure,
            attempt=calls,
            remaining=self._remaining(candidate),
            chance=self._timer.chance(),
            has_alternative=has_alternative,
        )

    def _end(
        self, outcome: str, cost: Cost, *, answer: AnswerWithUsage | None = None, failure: CallOutcome | None = None
    ) -> None:
        candidate, self._calling = self._calling, None
        if candidate is None:
            return
        self._queue.ended(candidate)
        said = answer or failure
        self._record(
            Attempt(
                **named(candidate),
                candidate=candidate,
                outcome=outcome,
                wait_ms=self._waited * 1000,
                latency_ms=(self._timer.now() - self._called_at) * 1000,
                tokens=(answer or self._progress).usage,
                cost_usd=cost.usd,
                cost_unknown=(cost.unknown or "usage-unknown") if cost.usd is None else None,
                http_status=failure.http_status if failure else None,
                upstream_request_id=said.upstream_request_id if said else None,
                message=failure.message if failure else None,
            )
        )

    def _record(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)
        self._recording.add(attempt)

    def _out_of_time(self) -> CallOutcome:
        return CallOutcome(
            "timeout",
            f"There was no complete answer within the deadline of {self._seconds:g} s.",
            hint="Allow more with deadlineSeconds (request or model's config), or request a shorter answer.",
        )


def _is_callers_mistake(failure: CallOutcome) -> bool:
    """Return whether another model would fail the same way; without a provider's answer, an adapter is missing."""
    was_answered = failure.http_status is not None
    return failure.category == "content_filter" or (failure.category == "bad_request" and was_answered)
