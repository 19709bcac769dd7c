"""Reads a byte stream into completion events and, at the end, the completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from adapters.providers.error_mapping import error_kinds
from adapters.providers.prompting.answer_errors import error_status, refusal
from adapters.providers.prompting.completion import completion_of
from adapters.providers.server_sent_events import EventParser, EventTooLarge
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import NativeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.providers.error_mapping.error_kind import ErrorKind
    from adapters.providers.prompting.prompt_protocol import PromptProtocol, StreamDecoder, WireRequest
    from adapters.providers.provider_client import ProviderResponse
    from adapters.providers.server_sent_events import ServerSentEvent
    from application.prompts.completion import Completion, Delta
    from application.prompts.generation import GenerationRequest

_DONE: Final = b"[DONE]"


class StreamReader:
    """One stream as far as it was read.

    A stream for a client of the same protocol is handed on as it is, in events. Those before the answer itself begins
    are held until it does: until then another model may still be asked.
    """

    def __init__(
        self,
        head: ProviderResponse,
        protocol: PromptProtocol,
        request: GenerationRequest,
        wire: WireRequest,
        *,
        is_native: bool,
    ) -> None:
        self.decoder: StreamDecoder = protocol.decoder(request.origin)
        self.pieces = 0
        """Number of events with content; keep-alive events do not count."""
        self._head = head
        self._protocol = protocol
        self._wire = wire
        self._is_native = is_native
        self._progress = request.progress
        self._held: list[NativeEvent] = []
        self._parser = EventParser()

    def feed(self, chunk: bytes) -> Iterator[Delta | NativeEvent]:
        """Yield what is new in the events that the bytes complete.

        Raises:
            UpstreamFailure: an event is an error, is too large or makes no sense.
        """
        try:
            events = self._parser.feed(chunk)
        except EventTooLarge:
            raise self.failure(error_kinds.EVENT_TOO_LARGE) from None
        for event in events:
            yield from self._read(event, error_kinds.UNREADABLE)
        if events:
            parsed, progress = self.decoder.parsed, self._progress
            progress.usage, progress.cost_usd, progress.is_finished = parsed.usage, parsed.cost_usd, parsed.is_finished

    def finish(self) -> Iterator[Delta | NativeEvent]:
        """Yield what is new in the last event, when the stream ended with no empty line after it; errors as above."""
        for event in self._parser.finish():
            yield from self._read(event, error_kinds.TRUNCATED)
        if self.decoder.is_whole:
            yield from self._released()

    def completion(self) -> Completion:
        """Return the answer.

        Raises:
            UpstreamFailure: it is not whole.
        """
        if not self.decoder.is_whole:
            raise self.failure(error_kinds.TRUNCATED)
        return completion_of(self._head, self.decoder.parsed, self._protocol, self._wire)

    def failure(self, error_kind: ErrorKind) -> UpstreamFailure:
        """Return what became of the stream."""
        return UpstreamFailure(self._head.outcome_for(error_kind))

    def _read(self, event: ServerSentEvent, otherwise: ErrorKind) -> Iterator[Delta | NativeEvent]:
        data = self._head.exchange.without_key(event.data).strip()
        decoder = self.decoder
        if decoder.has_ended or not data:
            return
        if data == _DONE:
            decoder.has_ended = True
            return
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise self.failure(otherwise) from None
        # OpenRouter reports a limit that ended the answer as an error after the answer's end; that is no failure.
        if not decoder.parsed.is_finished and error_status(document, event.name) is not None:
            raise refusal(self._head, data, document, event.name)
        if not isinstance(document, dict):
            return
        if not self._is_native:
            deltas = decoder.decode(document)
            self.pieces += len(deltas)
            yield from deltas
            return
        self.pieces += decoder.observe(document)
        handed_on = self._protocol.handed_on(document)
        # An event's data is one line here, whatever it was there.
        is_same = handed_on is document and b"\n" not in data
        self._held.append(NativeEvent(data if is_same else orjson.dumps(handed_on), event.name))
        if decoder.parsed.has_begun:
            yield from self._released()

    def _released(self) -> Iterator[NativeEvent]:
        held, self._held = self._held, []
        yield from held
