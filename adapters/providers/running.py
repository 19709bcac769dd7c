"""Running a prompt, whatever the wire format: sending it, and turning what comes back into an answer or a failure."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.answering import SUCCESS, error_status, generated, refusal
from adapters.providers.exchange import Patience
from adapters.providers.hearing import Hearing
from adapters.providers.verdicts import meanings
from application.ports.generation import TextDelta
from application.ports.outbound import OutboundFailure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from adapters.providers.exchange import Answer, Exchange
    from adapters.providers.told import StreamReader, Told
    from application.ports.generation import Generated, GenerationRequest, StreamEvent
    from application.ports.outbound import OutboundStream

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
        raise refusal(answer, answer.body, document)
    return generated(answer, told)


async def streamed(
    exchange: Exchange, url: str, body: Mapping[str, Any], request: GenerationRequest, reader: StreamReader
) -> AsyncGenerator[StreamEvent]:
    """Send the body and yield the answer as it comes. Closing the generator ends the call.

    How long the first words may take is for the caller to bound. After them no silence is longer than the request's
    idle time, and no time without words, such as one of signs of life alone, longer than its deadline. Errors as for
    `answered`, at any time.
    """
    patience = Patience(seconds=max(request.deadline_seconds, request.idle_seconds), max_bytes=_most_bytes(request))
    async with exchange.stream(url, body, patience) as (head, incoming):
        if not _has_events(head):
            content = exchange.without_key(await incoming.read(_REFUSAL_BYTES))
            raise refusal(head, content, replace(head, body=content).document)
        hearing = Hearing(head, reader)
        clock = asyncio.get_running_loop().time
        words_by = inf
        try:
            async with aclosing(_chunks(incoming, reader, request.idle_seconds)) as chunks:
                async for chunk in chunks:
                    for words in hearing.hear(chunk):
                        yield TextDelta(words)
                        words_by = clock() + request.deadline_seconds
                    if reader.has_ended:
                        await _drain(chunks)
                    elif clock() > words_by:
                        raise hearing.failure(meanings.SILENT)
        except TimeoutError:
            raise hearing.failure(meanings.SILENT) from None
        for words in hearing.finish():
            yield TextDelta(words)
        yield hearing.generated()


def _has_events(head: Answer) -> bool:
    media_type = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    return head.status in SUCCESS and media_type in _EVENT_TYPES


def _most_bytes(request: GenerationRequest) -> int:
    if request.max_tokens is None:
        return _STREAM_BYTES
    return min(_STREAM_BYTES, _STREAM_BYTES_AT_LEAST + _BYTES_A_TOKEN * request.max_tokens)


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
