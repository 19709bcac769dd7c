"""Running a prompt, whatever the wire format: sending it, and turning what comes back into an answer or a failure."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from adapters.providers.exchange import Patience
from adapters.providers.reading import mapping
from adapters.providers.sse import EventParser, EventTooLarge
from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.classify import request_id_of
from adapters.providers.verdicts.limits import limits_of
from application.ports.generation import Generated, TextDelta
from application.ports.outbound import OutboundFailure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Mapping

    from adapters.providers.exchange import Answer, Exchange
    from adapters.providers.sse import ServerSentEvent
    from adapters.providers.told import StreamReader, Told
    from adapters.providers.verdicts.verdict import Verdict
    from application.ports.generation import GenerationRequest, StreamEvent
    from application.ports.outbound import OutboundStream
    from application.ports.provider_gateway import UpstreamFailure

_MEBIBYTE: Final = 1024 * 1024
_MOST_BYTES: Final = 32 * _MEBIBYTE
# A stream is some 350 bytes for each token with most providers, thoughts included.
_STREAM_BYTES: Final = 128 * _MEBIBYTE
_STREAM_BYTES_AT_LEAST: Final = 8 * _MEBIBYTE
_BYTES_A_TOKEN: Final = 4_096
_REFUSAL_BYTES: Final = 1 * _MEBIBYTE
# How long the end of a stream is waited for after its last event, so that the connection can be used again.
_END_SECONDS: Final = 0.1
# Some servers label events as plain text, or not at all.
_EVENT_TYPES: Final = frozenset({"text/event-stream", "text/plain", ""})
_SUCCESS: Final = range(200, 300)
_ERROR_STATUSES: Final = range(400, 600)
_STATUS: Final = re.compile(r"[45]\d\d", re.ASCII)
_DONE: Final = b"[DONE]"


async def answered(
    exchange: Exchange,
    url: str,
    body: Mapping[str, Any],
    request: GenerationRequest,
    read: Callable[[Mapping[str, Any]], Told | None],
) -> Generated:
    """Send the body and return the whole answer.

    Raises:
        OutboundFailure: there was none that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    answer = await exchange.post(url, body, Patience(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES))
    document = answer.document
    told = read(document) if isinstance(document, dict) else None
    if told is None or (told.finish_reason is None and error_status(document) is not None):
        raise _refusal(answer, answer.body, document)
    return _generated(answer, told)


async def streamed(
    exchange: Exchange, url: str, body: Mapping[str, Any], request: GenerationRequest, reader: StreamReader
) -> AsyncGenerator[StreamEvent]:
    """Send the body and yield the answer as it comes. Closing the generator ends the call.

    How long the first words may take is for the caller to bound; after them no silence is longer than the request's
    idle time. Errors as for `answered`, at any time.
    """
    patience = Patience(seconds=max(request.deadline_seconds, request.idle_seconds), max_bytes=_most_bytes(request))
    async with exchange.stream(url, body, patience) as (head, incoming):
        if not _has_events(head):
            content = exchange.without_key(await incoming.read(_REFUSAL_BYTES))
            raise _refusal(head, content, replace(head, body=content).document)
        hearing = _Hearing(head, reader)
        try:
            async with aclosing(_chunks(incoming, reader, request.idle_seconds)) as chunks:
                async for chunk in chunks:
                    for words in hearing.hear(chunk):
                        yield TextDelta(words)
                    if reader.has_ended:
                        await _drain(chunks)
        except TimeoutError:
            raise hearing.failure(meanings.SILENT) from None
        for words in hearing.finish():
            yield TextDelta(words)
        yield hearing.generated()


class _Hearing:
    """What has been heard of one stream."""

    def __init__(self, head: Answer, reader: StreamReader) -> None:
        self.reader = reader
        self._head = head
        self._parser = EventParser()

    def hear(self, chunk: bytes) -> Iterator[str]:
        """Yield the new words in the events that the bytes complete.

        Raises:
            UpstreamFailure: an event is an error, is too large or makes no sense.
        """
        try:
            events = self._parser.feed(chunk)
        except EventTooLarge:
            raise self.failure(meanings.EVENT_TOO_LARGE) from None
        for event in events:
            if words := self._read(event, meanings.UNREADABLE):
                yield words

    def finish(self) -> Iterator[str]:
        """Yield the words of the last event, when the stream ended with no empty line after it; errors as above."""
        for event in self._parser.finish():
            if words := self._read(event, meanings.TRUNCATED):
                yield words

    def generated(self) -> Generated:
        """Return the answer.

        Raises:
            UpstreamFailure: it is not whole.
        """
        if not self.reader.is_whole:
            raise self.failure(meanings.TRUNCATED)
        return _generated(self._head, self.reader.told)

    def failure(self, verdict: Verdict) -> UpstreamFailure:
        """Return what became of the stream."""
        return self._head.means(verdict).failure()

    def _read(self, event: ServerSentEvent, otherwise: Verdict) -> str:
        data = self._head.exchange.without_key(event.data).strip()
        if self.reader.has_ended or not data:
            return ""
        if data == _DONE:
            self.reader.has_ended = True
            return ""
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise self.failure(otherwise) from None
        # OpenRouter reports a limit that ended the answer as an error after the answer's end; that is no failure.
        if self.reader.told.finish_reason is None and error_status(document, event.name) is not None:
            raise _refusal(self._head, data, document, event.name)
        return self.reader.read(document) if isinstance(document, dict) else ""


async def _chunks(incoming: OutboundStream, reader: StreamReader, idle_seconds: float) -> AsyncGenerator[bytes]:
    """Yield the bytes as they come. An answer that is whole is not spoilt by how the connection ends."""
    chunks = incoming.chunks()
    while True:
        try:
            # Before its first words a model may think for long; that is bounded elsewhere.
            async with asyncio.timeout(idle_seconds if reader.told.texts else None):
                chunk = await anext(chunks, None)
        except TimeoutError:
            if reader.is_whole:
                return
            raise
        except OutboundFailure as failure:
            if reader.is_whole and (failure.broke_off or failure.category == "timeout"):
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


def error_status(document: object, name: str = "") -> int | None:
    """Return the HTTP status that an error would have had if the answer had not begun with 200; none for no error.

    `name` is the event's.
    """
    place = document[0] if isinstance(document, list) and len(document) == 1 else document
    fields = mapping(place)
    error = fields.get("error")
    if not error and name != "error" and fields.get("type") != "error" and fields.get("object") != "error":
        return None
    for code in (mapping(error).get("code"), fields.get("code")):
        # Azure writes it as a text.
        status = int(code) if isinstance(code, str) and _STATUS.fullmatch(code) else code
        if isinstance(status, int) and status in _ERROR_STATUSES:
            return status
    return 500


def _refusal(answer: Answer, body: bytes, document: object, name: str = "") -> UpstreamFailure:
    """Return what the body means, given that it is no answer to the prompt."""
    status = answer.status if answer.status not in _SUCCESS else error_status(document, name) or answer.status
    finding = replace(answer, body=body, status=status).refusal("prompt")
    return replace(finding, http_status=answer.status).failure()


def _generated(answer: Answer, told: Told) -> Generated:
    if told.interruption is not None:
        raise answer.means(told.interruption).failure()
    return Generated(
        text="".join(told.texts),
        finish_reason="content_filter" if told.is_refusal else told.finish_reason or "other",
        answered_by=told.answered_by,
        usage=told.usage,
        upstream_request_id=request_id_of(answer.headers, answer.exchange.key, otherwise=told.response_id),
        rate_limit=limits_of(answer.headers),
    )


def _has_events(head: Answer) -> bool:
    media_type = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    return head.status in _SUCCESS and media_type in _EVENT_TYPES


def _most_bytes(request: GenerationRequest) -> int:
    if request.max_tokens is None:
        return _STREAM_BYTES
    return min(_STREAM_BYTES, _STREAM_BYTES_AT_LEAST + _BYTES_A_TOKEN * request.max_tokens)
