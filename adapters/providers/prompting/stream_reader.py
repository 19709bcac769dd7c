"""Reads a byte stream into completion events and, at the end, the completion."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_kinds import ErrorKind
from adapters.providers.prompting.answer_errors import error_status, refusal
from adapters.providers.prompting.completion import completion_of
from adapters.providers.prompting.price_conditions import price_conditions
from adapters.providers.prompting.prompt_protocol import PromptProtocol, StreamDecoder, WireRequest
from adapters.providers.provider_client import ProviderResponse
from adapters.providers.server_sent_events import EventParser, EventTooLarge, ServerSentEvent
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import Completion, Delta, NativeEvents
from application.prompts.generation import GenerationRequest

_DONE: Final = b"[DONE]"


class StreamReader:
    """One stream as far as it was read.

    A stream for a client of the same protocol is passed on as it is, and only parsed where an event may contain how
    the answer begins, ends, fails, or what it costs. Events before the answer itself begins are held until it does:
    until then another model may still be called.
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
        self._client_body = request.client.body
        self._progress = request.progress
        self._plain_events = protocol.plain_events(wire.body) if is_native else None
        self._held = bytearray()
        self._parser = EventParser()

    def feed(self, chunk: bytes) -> Iterator[Delta | NativeEvents]:
        """Yield what is new in the events that the bytes complete.

        Raises:
            UpstreamFailure: an event is an error, is too large or makes no sense.
        """
        try:
            content = self._parser.whole_events(chunk)
            for part in self._parts(content):
                for event in self._parser.feed(part):
                    yield from self._read(event, error_kinds.UNREADABLE)
        except EventTooLarge:
            raise self.failure(error_kinds.EVENT_TOO_LARGE) from None
        except UpstreamFailure:
            # The words before it have been written, and read.
            yield from self._released()
            raise
        finally:
            parsed, progress = self.decoder.parsed, self._progress
            progress.usage, progress.cost_usd, progress.is_finished = parsed.usage, parsed.cost_usd, parsed.is_finished
            progress.answered_by = parsed.answered_by
            if parsed.is_finished:
                progress.price_conditions = price_conditions(parsed, self._head.headers, self._wire.body)
        yield from self._released()

    def end(self) -> None:
        """End an answer that is complete, although its provider has not announced the end."""
        self.decoder.has_ended = True
        if self._is_native:
            self._held += self._protocol.end_mark

    def finish(self) -> Iterator[Delta | NativeEvents]:
        """Yield what is new in the last event, when the stream ended with no empty line after it; errors as above."""
        for event in self._parser.finish():
            yield from self._read(event, error_kinds.TRUNCATED)
        if self.decoder.is_whole:
            yield from self._released(is_whole=True)

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

    def _parts(self, content: bytes) -> Iterator[bytes]:
        """Yield what of whole events is to be read, and hold what only adds to the answer to be handed on unread."""
        is_plain = self._plain_events
        if is_plain is None or not self._parser.is_plain:
            yield content
            return
        begin = end = 0
        for lines in content.split(b"\n\n")[:-1]:
            if self.decoder.parsed.has_begun and is_plain(lines):
                self.pieces += 1
                end += len(lines) + 2
                continue
            self._hand_on(content[begin:end])
            begin = end
            end += len(lines) + 2
            yield content[begin:end]
            if self.decoder.has_ended:
                return
            begin = end
        self._hand_on(content[begin:end])

    def _hand_on(self, content: bytes) -> None:
        if content:
            self._held += self._head.exchange.without_secrets(content)

    def _read(self, event: ServerSentEvent, otherwise: ErrorKind) -> Iterator[Delta]:
        data = self._head.exchange.without_secrets(event.data).strip()
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
        if self._is_native:
            self.pieces += decoder.observe(document)
            self._hold(event.name, data, document)
            return
        deltas = decoder.decode(document)
        self.pieces += len(deltas)
        yield from deltas

    def _hold(self, name: str, data: bytes, document: Mapping[str, object]) -> None:
        handed_on = self._protocol.handed_on(document, self._client_body)
        if handed_on is None:
            return
        if name:
            self._held += b"event: %s\n" % name.encode()
        # An event's data is one line here, whatever it was there.
        is_same = handed_on is document and b"\n" not in data
        self._held += b"data: %s\n\n" % (data if is_same else orjson.dumps(handed_on))

    def _released(self, *, is_whole: bool = False) -> Iterator[NativeEvents]:
        if self._held and (is_whole or self.decoder.parsed.has_begun):
            content, self._held = bytes(self._held), bytearray()
            yield NativeEvents(content)
