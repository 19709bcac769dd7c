"""Load over keep-alive HTTP/1.1 connections, light enough that the server is what is measured."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import quantiles

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Requests a second, percentiles of the latency, and processor time of the server for one request, in milliseconds.

    Of these, the processor time depends the least on what else the machine does.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    processor_ms: float


async def hammer(
    host: str,
    port: int,
    make_request: Callable[[int], bytes],
    *,
    clients: int,
    seconds: float,
    server: psutil.Process | None = None,
    warm_up: float = 1.0,
) -> Figures:
    """Send requests from so many clients for so long, and return the figures; any answer but 2xx is an error."""
    latencies: list[float] = []
    used_before = processor_seconds(server)
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    each = (_client(host, port, make_request, number, begin, end, latencies) for number in range(clients))
    sent = sum(await asyncio.gather(*each))
    cuts = quantiles(latencies, n=100)
    return Figures(
        per_second=len(latencies) / seconds,
        p50_ms=cuts[49] * 1e3,
        p99_ms=cuts[98] * 1e3,
        processor_ms=(processor_seconds(server) - used_before) / sent * 1e3,
    )


def processor_seconds(process: psutil.Process | None) -> float:
    """Return what the process has used; nothing for none."""
    if process is None:
        return 0.0
    times = process.cpu_times()
    return float(times.user + times.system)


def request_bytes(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: benchmark", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _client(
    host: str,
    port: int,
    make_request: Callable[[int], bytes],
    number: int,
    begin: float,
    end: float,
    latencies: list[float],
) -> int:
    """Return how many requests were sent, those to warm up included."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    count = 0
    while (sent := time.perf_counter()) < end:
        writer.write(make_request(number * 10_000_000 + count))
        await _answer(reader)
        if sent >= begin:
            latencies.append(time.perf_counter() - sent)
        count += 1
    writer.close()
    return count


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"http/1.1 2"):
        raise RuntimeError(f"{head[:40]!r} {body[:300]!r}")
