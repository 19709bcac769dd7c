"""Makes the entry of the request log for a client's call, however the call ends."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self, TypedDict
from uuid import UUID

from application.errors import ApplicationError
from application.ports.clock import Timer
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.prompt_request import Prompt
from application.prompts.selection_candidates import Candidate, ModelByAnyName, ModelById, ModelByName, ModelSelector
from application.usage.usage_ledger import CANCELLED, OK, ModelCall, Operation, RequestRecord, UsageLedger
from domain.key_patterns import has_key_form

LONGEST_NAME: Final = 200
MOST_ATTEMPTS: Final = 100
MOST_IGNORED_FIELDS: Final = 50


class Named(TypedDict):
    """Which model is called."""

    model_id: UUID
    provider_id: UUID
    provider_type: str
    provider_model_id: str


def named(candidate: Candidate) -> Named:
    """Return what a use says about its model."""
    return {
        "model_id": candidate.id,
        "provider_id": candidate.provider_id,
        "provider_type": candidate.provider_type,
        "provider_model_id": candidate.provider_model_id,
    }


class RequestRecording:
    """Records one call of a client when the block ends; who makes the call adds what comes of it."""

    def __init__(self, prompt: Prompt, operation: Operation, *, usage: UsageLedger, timer: Timer) -> None:
        self._prompt = prompt
        self._operation: Operation = operation
        self._usage = usage
        self._timer = timer
        self._started = timer.now()
        self._first_byte_ms: float | None = None
        self._uses: list[ModelCall] = []
        self._ignored_fields: tuple[str, ...] = ()
        self._has_answer = False

    def add(self, use: ModelCall) -> None:
        """Note a call of a model."""
        self._uses.append(use)

    @property
    def uses(self) -> Sequence[ModelCall]:
        """The calls of models so far that are a part of usage."""
        return [use for use in self._uses if use.was_called]

    def first_byte(self) -> None:
        """Note that the first words of a stream are here."""
        self._first_byte_ms = self._elapsed_ms()

    def answered(self, ignored_fields: tuple[str, ...] = ()) -> None:
        """Note that the answer is whole, and which fields of the request were left out."""
        self._has_answer = True
        self._ignored_fields = ignored_fields

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._usage.record(
            RequestRecord(
                door=self._prompt.route,
                operation=self._operation,
                model_asked=_requested_model(self._prompt.selector),
                is_streamed=self._prompt.client.is_stream,
                outcome=OK if self._has_answer else _outcome(error),
                uses=tuple(self._uses[-MOST_ATTEMPTS:]),
                first_byte_ms=self._first_byte_ms,
                duration_ms=self._elapsed_ms(),
                ignored_fields=tuple(name[:LONGEST_NAME] for name in self._ignored_fields[:MOST_IGNORED_FIELDS]),
            )
        )

    def _elapsed_ms(self) -> float:
        return (self._timer.now() - self._started) * 1000


def _requested_model(selector: ModelSelector) -> str | None:
    match selector:
        case ModelById(model_id):
            return str(model_id)
        case ModelByName(provider_model_id=text) | ModelByAnyName(text):
            # A client that confuses its fields may name a key.
            return None if has_key_form(text) else text[:LONGEST_NAME]
        case _:
            return None


def _outcome(error: BaseException | None) -> str:
    if isinstance(error, UpstreamFailure):
        return error.failure.category
    if isinstance(error, ApplicationError):
        return error.code
    if error is None or isinstance(error, asyncio.CancelledError | GeneratorExit | OSError):
        # The answer was not read to its end, or could not be written to the client any more.
        return CANCELLED
    return "internal-error"
