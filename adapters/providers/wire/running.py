"""Running a prompt, whatever the protocol: sending it, and turning what comes back into an answer or a failure."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any, Final

import orjson

from adapters.providers.exchange import Patience
from adapters.providers.sse import EventParser, EventTooLarge
from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.classify import request_id_of
from adapters.providers.verdicts.limits import limits_of
from adapters.providers.wire.failures import SUCCESS, error_status, refusal
from application.ports.outbound import OutboundFailure
from application.prompts.completion import (
    Choice,
    Completion,
    NativeEvent,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    StreamStarted,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from adapters.providers.exchange import Answer, Exchange
    from adapters.providers.sse import ServerSentEvent
    from adapters.providers.verdicts.verdict import Verdict
    from adapters.providers.wire.parsed import ParsedCompletion
    from adapters.providers.wire.protocol import PromptProtocol, StreamDecoder, WireRequest
    from application.ports.outbound import OutboundStream
    from application.ports.provider_gateway import UpstreamFailure
    from application.prompts.completion import CompletionEvent, Delta
    from application.prompts.generation import GenerationRequest

_MEBIBYTE: Final = 1024 * 1024
_MOST_BYTES: Final = 32 * _MEBIBYTE
_STREAM_BYTES: Final = 128 * _MEBIBYTE
_REFUSAL_BYTES: Final = 1 * _MEBIBYTE
# How long the end of a stream is waited for after its last event, so that the connection can be used again.
_END_SECONDS: Final = 0.1
# How long the usage and the end mark of an answer that is complete are waited for, whatever pings come.
_GRACE_SECONDS: Final = 2.0
# Some servers label events as plain text, or not at all.
_EVENT_TYPES: Final = frozenset({"text/event-stream", "text/plain", ""})
_JSON_TYPES: Final = frozenset({"application/json", "text/json"})
_DONE: Final = b"[DONE]"


def written(protocol: PromptProtocol, request: GenerationRequest, *, stream: bool) -> WireRequest:
    """Return the body to send: the client's own where it speaks the same protocol, else the conversation's.

    Raises:
        InvalidInput: the conversation cannot be said in this protocol, or the body makes no sense.
    """
    client = request.client
    if client.protocol == protocol.name:
        return protocol.pass_through(client.body, request, stream=stream)
    return protocol.encode(client.conversation(), request, stream=stream)


async def answered(exchange: Exchange, url: str, protocol: PromptProtocol, request: GenerationRequest) -> Completion:
    """Send the prompt and return the whole answer, also where the provider streams it all the same.

    Raises:
        InvalidInput: the prompt cannot be said in this protocol.
        OutboundFailure: there was no answer that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    wire = written(protocol, request, stream=False)
    answer = await exchange.post(url, wire.body, Patience(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES))
    if answer.status in SUCCESS and _media_type(answer) == "text/event-stream":
        reading = _Reading(answer, protocol, request, wire, is_native=False)
        for _ in [*reading.feed(answer.body), *reading.finish()]:
            pass
        return reading.completion()
    document = answer.document
    parsed = protocol.read(document, request.origin) if isinstance(document, dict) else None
    if parsed is None or (parsed.finish_reason is None and error_status(document) is not None):
        raise refusal(answer, answer.body, document)
    native = document if request.client.protocol == protocol.name else None
    return _completion(answer, parsed, protocol, wire, native)


async def streamed(
    exchange: Exchange, url: str, protocol: PromptProtocol, request: GenerationRequest
) -> AsyncGenerator[CompletionEvent]:
    """Send the prompt and yield the answer as it comes. Closing the generator ends the call.

    A provider of the client's own protocol has its events handed on as they are. How long the first event may take is
    for the caller to bound. After it no silence is longer than the request's idle time, and no time without news, such
    as one of signs of life alone, longer than its deadline. Errors as for `answered`, at any time.
    """
    wire = written(protocol, request, stream=True)
    patience = Patience(seconds=max(request.deadline_seconds, request.idle_seconds), max_bytes=_STREAM_BYTES)
    is_native = request.client.protocol == protocol.name
    # Sent together with the first event, before which another model may still be asked.
    started = [StreamStarted(wire.ignored)]
    async with exchange.stream(url, wire.body, patience) as (head, incoming):
        if head.status in SUCCESS and _media_type(head) in _JSON_TYPES:
            content = exchange.without_key(await incoming.read(_MOST_BYTES))
            answer = replace(head, body=content)
            parsed = protocol.read(answer.document, request.origin) if isinstance(answer.document, dict) else None
            if parsed is None:
                raise refusal(head, content, answer.document)
            for event in (*started, *_deltas_of(_completion(head, parsed, protocol, wire))):
                yield event
            return
        if head.status not in SUCCESS or _media_type(head) not in _EVENT_TYPES:
            content = exchange.without_key(await incoming.read(_REFUSAL_BYTES))
            raise refusal(head, content, replace(head, body=content).document)
        reading = _Reading(head, protocol, request, wire, is_native=is_native)
        clock = asyncio.get_running_loop().time
        news_by = inf
        try:
            async with aclosing(_chunks(incoming, reading, request.idle_seconds)) as chunks:
                async for chunk in chunks:
                    for event in reading.feed(chunk):
                        if started:
                            yield started.pop()
                        yield event
                        news_by = clock() + request.deadline_seconds
                    if reading.decoder.has_ended:
                        await _drain(chunks)
                    elif clock() > news_by:
                        raise reading.failure(meanings.SILENT)
        except TimeoutError:
            raise reading.failure(meanings.SILENT) from None
        for event in (*started, *reading.finish(), reading.completion()):
            yield event


class _Reading:
    """One stream as far as it was read."""

    def __init__(
        self, head: Answer, protocol: PromptProtocol, request: GenerationRequest, wire: WireRequest, *, is_native: bool
    ) -> None:
        self.decoder: StreamDecoder = protocol.decoder(request.origin)
        self._head = head
        self._protocol = protocol
        self._wire = wire
        self._is_native = is_native
        self._parser = EventParser()

    def feed(self, chunk: bytes) -> Iterator[Delta | NativeEvent]:
        """Yield what is new in the events that the bytes complete.

        Raises:
            UpstreamFailure: an event is an error, is too large or makes no sense.
        """
        try:
            events = self._parser.feed(chunk)
        except EventTooLarge:
            raise self.failure(meanings.EVENT_TOO_LARGE) from None
        for event in events:
            yield from self._read(event, meanings.UNREADABLE)

    def finish(self) -> Iterator[Delta | NativeEvent]:
        """Yield what is new in the last event, when the stream ended with no empty line after it; errors as above."""
        for event in self._parser.finish():
            yield from self._read(event, meanings.TRUNCATED)

    def completion(self) -> Completion:
        """Return the answer.

        Raises:
            UpstreamFailure: it is not whole.
        """
        if not self.decoder.is_whole:
            raise self.failure(meanings.TRUNCATED)
        return _completion(self._head, self.decoder.parsed, self._protocol, self._wire)

    def failure(self, verdict: Verdict) -> UpstreamFailure:
        """Return what became of the stream."""
        return self._head.means(verdict).failure()

    def _read(self, event: ServerSentEvent, otherwise: Verdict) -> Iterator[Delta | NativeEvent]:
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
        if decoder.parsed.finish_reason is None and error_status(document, event.name) is not None:
            raise refusal(self._head, data, document, event.name)
        if not isinstance(document, dict):
            return
        if self._is_native:
            decoder.observe(document)
            yield NativeEvent(data, event.name)
        else:
            yield from decoder.decode(document)


def _completion(
    answer: Answer,
    parsed: ParsedCompletion,
    protocol: PromptProtocol,
    wire: WireRequest,
    native: Mapping[str, Any] | None = None,
) -> Completion:
    """Return the answer, given that it is whole.

    Raises:
        UpstreamFailure: the provider says that it broke off.
    """
    if parsed.interruption is not None:
        raise answer.means(parsed.interruption).failure()
    return Completion(
        choices=tuple(
            Choice(
                parts=tuple(choice.parts),
                finish_reason=choice.finish_reason or "other",
                index=index,
                stop_sequence=choice.stop_sequence,
                logprobs=choice.logprobs,
                annotations=tuple(choice.annotations),
            )
            for index, choice in enumerate(parsed.choices)
        ),
        usage=parsed.usage,
        protocol=protocol.name,
        answered_by=parsed.answered_by,
        response_id=parsed.response_id,
        service_tier=parsed.service_tier,
        cost_usd=parsed.cost_usd,
        upstream_request_id=request_id_of(answer.headers, answer.exchange.key, otherwise=parsed.response_id),
        rate_limit=limits_of(answer.headers),
        ignored_fields=wire.ignored,
        native=native,
    )


def _deltas_of(completion: Completion) -> Iterator[CompletionEvent]:
    """Yield a whole answer as a stream would have told it."""
    for choice in completion.choices:
        calls = 0
        for part in choice.parts:
            match part:
                case Text():
                    yield TextDelta(part.text, choice.index)
                case Refusal():
                    yield RefusalDelta(part.text, choice.index)
                case Reasoning():
                    if part.text:
                        yield ReasoningDelta(part.text)
                    yield ReasoningDone(part)
                case ToolCall():
                    yield ToolCallStarted(calls, part.id, part.name, is_custom=part.is_custom, choice=choice.index)
                    yield ToolArgumentsDelta(calls, part.arguments, choice.index)
                    yield ToolCallDone(calls, part, choice.index)
                    calls += 1
                case _:
                    pass
    yield completion


def _media_type(head: Answer) -> str:
    return head.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _chunks(incoming: OutboundStream, reading: _Reading, idle_seconds: float) -> AsyncGenerator[bytes]:
    """Yield the bytes as they come. An answer that is complete is not spoilt by how the connection ends."""
    chunks = incoming.chunks()
    decoder = reading.decoder
    loop = asyncio.get_running_loop()
    complete_at: float | None = None
    while True:
        try:
            # Before its first words a model may think for long; that is bounded elsewhere.
            seconds = idle_seconds if decoder.parsed.has_begun else None
            if decoder.parsed.finish_reason is not None:
                complete_at = complete_at or loop.time()
                seconds = min(idle_seconds, max(complete_at + _GRACE_SECONDS - loop.time(), 0.0))
            async with asyncio.timeout(seconds):
                chunk = await anext(chunks, None)
        except TimeoutError:
            if decoder.parsed.finish_reason is not None:
                # Pings may go on for as long as they like: nothing of the answer is missing.
                decoder.has_ended = True
                return
            raise
        except OutboundFailure as failure:
            if decoder.is_whole and (failure.broke_off or failure.category == "timeout"):
                return
            raise
        if chunk is None:
            return
        yield chunk


async def _drain(chunks: AsyncGenerator[bytes]) -> None:
    with suppress(OutboundFailure, TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            async for _ in chunks:
                pass
