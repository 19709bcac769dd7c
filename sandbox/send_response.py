"""Send a response, applying the faults that affect sending."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from aiohttp import web

from sandbox.faults.fault import Fault
from sandbox.faults.oversized_bodies import compressed_spaces, endless_spaces
from sandbox.faults.stream_faults import Step, stream_steps
from sandbox.provider_responses import ProviderResponse, ProviderStream

#: A fault that changes nothing.
NO_FAULT = Fault(kind="none", provider="any", operation="any")


class ConnectionDropped(Exception):
    """A fault has closed the connection."""


async def send_response(
    request: web.Request, answer: ProviderResponse | ProviderStream, fault: Fault | None, error_frame: bytes
) -> web.StreamResponse:
    """Send the response; `error_frame` is the provider's error event, for faults that send one.

    Raises:
        ConnectionDropped: the fault was to cut the connection.
        ConnectionResetError: the client disconnected.
    """
    fault = fault or NO_FAULT
    if fault.kind == "hang":
        await asyncio.Event().wait()
    if fault.kind == "dropped_connection" and "after" not in fault.parameters:
        raise _drop(request)
    if fault.kind in {"endless_body", "compressed_bomb"}:
        return await _send_flood(request, answer, fault)
    if fault.kind == "wrong_content_type":
        answer = replace(answer, content_type=fault.text("content_type", "text/plain"))
    if isinstance(answer, ProviderStream):
        return await _send_stream(request, answer, stream_steps(answer, fault, error_frame))
    return await _send_whole(request, answer, fault)


async def _send_whole(request: web.Request, answer: ProviderResponse, fault: Fault) -> web.StreamResponse:
    payload = answer.payload()
    if fault.kind == "invalid_json":
        payload = payload[: max(1, len(payload) // 2)]
    headers = {**answer.headers, "Content-Type": answer.content_type}
    if fault.kind != "slow_body":
        return web.Response(body=payload, status=answer.status, headers=headers)
    response = web.StreamResponse(status=answer.status, headers={**headers, "Content-Length": str(len(payload))})
    await response.prepare(request)
    await asyncio.sleep(fault.seconds())
    await response.write(payload)
    await response.write_eof()
    return response


async def _send_stream(request: web.Request, answer: ProviderStream, steps: Iterable[Step]) -> web.StreamResponse:
    headers = {**answer.headers, "Content-Type": answer.content_type, "Cache-Control": "no-cache"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    for step in steps:
        if step.pause is None:
            await asyncio.Event().wait()
        elif step.pause:
            await asyncio.sleep(step.pause)
        if step.chunk is None:
            raise _drop(request)
        await response.write(step.chunk)
    await response.write_eof()
    return response


async def _send_flood(
    request: web.Request, answer: ProviderResponse | ProviderStream, fault: Fault
) -> web.StreamResponse:
    headers = {**answer.headers, "Content-Type": answer.content_type}
    if fault.kind == "compressed_bomb":
        headers["Content-Encoding"] = "gzip"
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    async for chunk in _flood(answer, fault):
        await response.write(chunk)
    await response.write_eof()
    return response


async def _flood(answer: ProviderResponse | ProviderStream, fault: Fault) -> AsyncIterator[bytes]:
    if fault.kind == "compressed_bomb":
        for chunk in compressed_spaces(fault.number("size", 1 << 30)):
            yield chunk
            await asyncio.sleep(0)
        return
    start = b"".join(answer.frames[:1]) if isinstance(answer, ProviderStream) else answer.payload()[:-1]
    yield start
    for chunk in endless_spaces(answer.filler if isinstance(answer, ProviderStream) else None):
        yield chunk
        await asyncio.sleep(0)


def _drop(request: web.Request) -> ConnectionDropped:
    if request.transport is not None:
        request.transport.abort()
    return ConnectionDropped()
