"""Sends a prompt in any protocol and returns its completion or stream."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from math import inf
from typing import Any, Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_details import parse_error_details
from adapters.providers.prompting.answer_errors import SUCCESS, refusal
from adapters.providers.prompting.completion import deltas_of, read_completion
from adapters.providers.prompting.fetched_addresses import check_fetched_addresses
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from adapters.providers.prompting.stream_reader import StreamReader
from adapters.providers.prompting.unsupported_fields import MESSAGES, pointer
from adapters.providers.provider_client import ProviderClient, ProviderResponse, RequestLimits
from application.errors import InvalidInput
from application.ports.outbound_http import OutboundFailure, OutboundStream
from application.prompts.completion import Completion, CompletionEvent, StreamStarted
from application.prompts.generation import GenerationRequest

_MEBIBYTE: Final = 1024 * 1024
_MOST_BYTES: Final = 32 * _MEBIBYTE
# A stream is some 350 bytes for each token with most providers, thoughts included.
_STREAM_BYTES: Final = 128 * _MEBIBYTE
_STREAM_BYTES_AT_LEAST: Final = 8 * _MEBIBYTE
_BYTES_A_TOKEN: Final = 4_096
_REFUSAL_BYTES: Final = 1 * _MEBIBYTE
# How long the end of a stream is waited for after its last event, so that the connection can be used again.
_END_SECONDS: Final = 0.1
# How long the usage and the end mark of an answer that is complete are waited for, whatever pings come.
_GRACE_SECONDS: Final = 2.0
# Some servers label events as plain text, or not at all.
_EVENT_TYPES: Final = frozenset({"text/event-stream", "text/plain", ""})
_JSON_TYPES: Final = frozenset({"application/json", "text/json"})
# The first characters of a body show its format better than its label: no event begins like JSON, nor JSON like an
# event.
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
_EVENTS: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)?:")
_LIMITS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def build_request(protocol: PromptProtocol, request: GenerationRequest, *, stream: bool) -> WireRequest:
    """Return the body to send: the client's own where it speaks the same protocol, else the conversation's.

    Raises:
        InvalidInput: the conversation cannot be expressed in this protocol, or the body makes no sense.
    """
    client = request.client
    if client.protocol == protocol.name:
        return protocol.pass_through(client.body, request, stream=stream)
    conversation = client.conversation()
    try:
        return protocol.encode(conversation, request, stream=stream)
    except InvalidInput as refusal:
        if refusal.pointer != MESSAGES:
            raise
        raise InvalidInput(pointer(conversation.name_of("messages")), refusal.message) from None


async def complete_prompt(
    exchange: ProviderClient, url: str, protocol: PromptProtocol, request: GenerationRequest
) -> Completion:
    """Send the prompt and return the whole answer, also where the provider streams it all the same.

    What turns out to be a field that the server does not know is left out, and the prompt sent once more.

    Raises:
        InvalidInput: the prompt cannot be expressed in this protocol.
        OutboundFailure: there was no answer that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    wire = build_request(protocol, request, stream=False)
    await check_fetched_addresses(exchange, url, wire.body, request.client)
    limits = RequestLimits(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES)
    answer = await exchange.post(url, wire.body, limits)
    while (other := _without_refused(wire, answer, answer.body)) is not None:
        wire = other
        answer = await exchange.post(url, wire.body, limits)
    if answer.status in SUCCESS and _EVENTS.match(answer.body):
        reader = StreamReader(answer, protocol, request, wire, is_native=False)
        for _ in (*reader.feed(answer.body), *reader.finish()):
            pass
        return reader.completion()
    is_native = request.client.protocol == protocol.name
    return read_completion(answer, protocol, request, wire, is_native=is_native)


async def stream_prompt(
    exchange: ProviderClient, url: str, protocol: PromptProtocol, request: GenerationRequest
) -> AsyncGenerator[CompletionEvent]:
    """Send the prompt and yield the answer as it comes, also where the provider sends it whole all the same.

    Closing the generator ends the call. A provider of the client's own protocol has its events handed on as they are.
    How long the first event may take is for the caller to bound. After it no silence is longer than the request's idle
    time, and no time without news, such as one of signs of life alone, longer than its deadline. Errors as for
    `complete_prompt`, at any time.
    """
    wire = build_request(protocol, request, stream=True)
    await check_fetched_addresses(exchange, url, wire.body, request.client)
    limits = RequestLimits(
        seconds=max(request.deadline_seconds, request.idle_seconds), max_bytes=_most_bytes(wire.body)
    )
    sent: WireRequest | None = wire
    while sent is not None:
        wire = sent
        async with exchange.stream(url, wire.body, limits) as (head, incoming):
            if head.status not in SUCCESS or _media_type(head) not in _EVENT_TYPES | _JSON_TYPES:
                content = exchange.without_secrets(await incoming.read(_REFUSAL_BYTES))
                sent = _without_refused(wire, head, content)
                if sent is None:
                    raise refusal(head, content, replace(head, body=content).document)
                continue
            sent = _without_refused(wire, head, b"")
            # The first event, before which another model may still be called, comes together with it.
            started = [StreamStarted(wire.ignored)]
            async with aclosing(_events(head, incoming, protocol, request, wire)) as events:
                async for event in events:
                    if started:
                        yield started.pop()
                    yield event


def _without_refused(wire: WireRequest, answer: ProviderResponse, content: bytes) -> WireRequest | None:
    """Return what to send once more in place of a refused request; none where it was taken, or nothing can be left."""
    if answer.status not in SUCCESS:
        return wire.without_refused(parse_error_details(answer.status, content)) if wire.without_refused else None
    if wire.accepted is not None:
        wire.accepted()
    return None


async def _events(
    head: ProviderResponse,
    incoming: OutboundStream,
    protocol: PromptProtocol,
    request: GenerationRequest,
    wire: WireRequest,
) -> AsyncGenerator[CompletionEvent]:
    chunks = incoming.chunks()
    begun = await _beginning(chunks)
    if _JSON.match(begun):
        body = head.exchange.without_secrets(await _rest(begun, chunks))
        completion = read_completion(replace(head, body=body), protocol, request, wire, is_native=False)
        for event in deltas_of(completion):
            yield event
        return
    reader = StreamReader(head, protocol, request, wire, is_native=request.client.protocol == protocol.name)
    clock = asyncio.get_running_loop().time
    pieces, news_by = 0, inf
    try:
        async with aclosing(_chunks(begun, chunks, reader, request.idle_seconds)) as pieces_of_stream:
            async for chunk in pieces_of_stream:
                for event in reader.feed(chunk):
                    yield event
                if reader.pieces > pieces:
                    pieces, news_by = reader.pieces, clock() + request.deadline_seconds
                if reader.decoder.has_ended:
                    await _drain(pieces_of_stream)
                elif clock() > news_by:
                    raise reader.failure(error_kinds.NO_ANSWER)
    except TimeoutError:
        raise reader.failure(error_kinds.NO_ANSWER) from None
    for event in reader.finish():
        yield event
    yield reader.completion()


def _media_type(head: ProviderResponse) -> str:
    return head.headers.get("content-type", "").partition(";")[0].strip().lower()


def _most_bytes(body: Mapping[str, Any]) -> int:
    """Return how large the stream may be: by the tokens that were requested, whatever the protocol calls them."""
    config = body.get("generationConfig")
    limits = [body.get(name) for name in _LIMITS]
    limits.append(config.get("maxOutputTokens") if isinstance(config, dict) else None)
    tokens = next((limit for limit in limits if type(limit) is int), None)
    if tokens is None:
        return _STREAM_BYTES
    return min(_STREAM_BYTES, _STREAM_BYTES_AT_LEAST + _BYTES_A_TOKEN * max(tokens, 0))


async def _beginning(chunks: AsyncIterator[bytes]) -> bytes:
    """Return as much of the body as shows its format, whatever its Content-Type."""
    begun = bytearray()
    async for chunk in chunks:
        begun += chunk
        # What came before was white space, and is not looked at again: a provider may send it for long.
        if chunk.strip():
            break
    return bytes(begun)


async def _rest(begun: bytes, chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray(begun)
    async for chunk in chunks:
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return bytes(body)


async def _chunks(
    begun: bytes, chunks: AsyncIterator[bytes], reader: StreamReader, idle_seconds: float
) -> AsyncGenerator[bytes]:
    """Yield the bytes as they come. An answer that is complete is not spoilt by how the connection ends."""
    if begun:
        yield begun
    decoder = reader.decoder
    clock = asyncio.get_running_loop().time
    complete_at: float | None = None
    while True:
        try:
            # Before its first words a model may think for long; that is bounded elsewhere.
            seconds = idle_seconds if decoder.parsed.has_begun else None
            if decoder.parsed.is_finished:
                complete_at = complete_at or clock()
                seconds = min(idle_seconds, max(complete_at + _GRACE_SECONDS - clock(), 0.0))
            async with asyncio.timeout(seconds):
                chunk = await anext(chunks, None)
        except TimeoutError:
            if decoder.parsed.is_finished:
                # Pings may continue for as long as they like: nothing of the answer is missing.
                reader.end()
                return
            raise
        except OutboundFailure:
            if decoder.is_whole:
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
