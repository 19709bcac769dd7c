"""Answers as they are written: server-sent events, heartbeats, and clients that go away."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientPayloadError, ClientTimeout, StreamReader, web

from entrypoints.http.answers.compatible_prompts import ChatChunk
from entrypoints.http.event_stream import EventStream
from tests.contract.http.example_views import a_route
from tests.contract.http.prompts.prompt_routes import CHAT, GENERATE, a_setup, events, post, prompt_routes
from tests.described_answers import as_described
from tests.fakes.generation import HANG, Call, completed
from tests.http_service import Service, a_token
from tests.prompt_setup import PromptSetup, a_failure

STREAM = {"prompt": "Hi", "stream": True}
CHAT_STREAM = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


@pytest.fixture
def setup() -> PromptSetup:
    setup = a_setup()
    setup.model("gpt-x")
    return setup


async def ended(call: Call) -> str | None:
    """How the call ended, waiting for a moment until it has."""
    for _ in range(200):
        if call.ending is not None:
            break
        await asyncio.sleep(0.01)
    return call.ending


async def test_words_come_one_by_one_and_the_rest_at_the_end(setup: PromptSetup, service: Service) -> None:
    setup.generation.plays("gpt-x", "Hel", "lo,\n", "wörld", completed("Hello,\nwörld"))
    whole = await post(service, GENERATE, {"prompt": "Hi"})
    reply = await post(service, GENERATE, STREAM)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert reply.headers["Cache-Control"] == "no-store"
    *deltas, (name, done) = events(reply)
    assert deltas == [("delta", {"text": text}) for text in ("Hel", "lo,\n", "wörld")]
    assert name == "done"
    assert done.keys() == whole.document.keys() - {"text"}
    as_described("POST", GENERATE, 200, done | {"text": "Hello."})
    assert (done["finishReason"], done["attempts"][0]["outcome"]) == ("stop", "ok")


async def test_before_the_first_words_a_failure_is_a_problem_with_its_status(
    setup: PromptSetup, service: Service
) -> None:
    setup.generation.plays("gpt-x", a_failure("auth_invalid"))
    reply = await post(service, GENERATE, STREAM)
    assert (reply.status, reply.headers["Content-Type"]) == (502, "application/problem+json")
    assert reply.document["category"] == "auth_invalid"


async def test_after_the_first_words_a_failure_is_an_event(setup: PromptSetup, service: Service) -> None:
    setup.generation.plays("gpt-x", "Once upon", a_failure("overloaded", upstream_request_id="r1"))
    reply = await post(service, GENERATE, STREAM)
    first, (name, problem) = events(reply)
    assert (reply.status, first, name) == (200, ("delta", {"text": "Once upon"}), "error")
    assert (problem["status"], problem["category"], problem["instance"]) == (503, "overloaded", GENERATE)
    assert problem["requestId"] == reply.headers["X-Request-Id"]
    assert [attempt["outcome"] for attempt in problem["attempts"]] == ["overloaded"]


async def test_chunks_come_as_in_openais_api(service: Service) -> None:
    usage = {"stream_options": {"include_usage": True}}
    reply = await post(service, CHAT, {**CHAT_STREAM, **usage})
    *chunks, last = [data for _, data in events(reply)]
    assert last == "[DONE]"
    assert [ChatChunk.model_validate(chunk).object for chunk in chunks] == ["chat.completion.chunk"] * 5
    assert [chunk["choices"][0]["delta"] for chunk in chunks[:-1]] == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "Hel"},
        {"content": "lo."},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None, None, None, "stop"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 15
    assert {chunk["usage"] is None for chunk in chunks[:-1]} == {True}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    without = [data for _, data in events(await post(service, CHAT, CHAT_STREAM))]
    assert all("usage" not in chunk for chunk in without[:-1])
    assert len(without) == len(chunks)


async def test_a_failure_among_the_chunks_is_an_error_in_openais_shape_and_no_end(
    setup: PromptSetup, service: Service
) -> None:
    setup.generation.plays("gpt-x", "Once upon", a_failure("overloaded"))
    reply = await post(service, CHAT, CHAT_STREAM)
    data = [data for _, data in events(reply)]
    assert data[-1]["error"]["code"] == "server_is_overloaded"
    assert "[DONE]" not in data


async def opened(service: Service, path: str, body: object) -> tuple[StreamReader, asyncio.Task[None]]:
    """Ask, and give what comes in as it comes; cancelling the task is going away."""
    arriving: asyncio.Future[StreamReader] = asyncio.get_running_loop().create_future()

    async def listen() -> None:
        headers = {"Authorization": f"Bearer {a_token()}", "Content-Type": "application/json"}
        async with service.session.post(
            service.url + path, data=json.dumps(body), headers=headers, timeout=ClientTimeout(total=30)
        ) as response:
            arriving.set_result(response.content)
            await asyncio.Event().wait()

    client = asyncio.create_task(listen())
    return await arriving, client


@pytest.mark.parametrize(("path", "body"), [(GENERATE, STREAM), (CHAT, CHAT_STREAM)])
async def test_a_client_that_disconnects_in_mid_stream_ends_the_call_at_once(
    setup: PromptSetup, service: Service, path: str, body: object
) -> None:
    setup.generation.plays("gpt-x", "Once upon", HANG)
    incoming, client = await opened(service, path, body)
    while b"Once upon" not in await incoming.readline():
        pass
    (call,) = setup.generation.calls
    assert call.ending is None
    client.cancel()
    assert await ended(call) == "cancelled"
    assert [use.outcome for use in setup.usage.uses] == ["cancelled"]
    await asyncio.wait_for(service.log.answered.wait(), 5)
    (only,) = service.log.capture.entries
    assert (only["event"], only["log_level"], only["status"]) == ("request", "debug", 499)


@pytest.mark.parametrize(
    ("path", "body"),
    [(GENERATE, STREAM), (GENERATE, {"prompt": "Hi"}), (CHAT, {**CHAT_STREAM, "stream": False})],
)
@pytest.mark.parametrize("size", [10, 300_000])
async def test_a_client_that_disconnects_before_the_answer_ends_the_call_at_once(
    setup: PromptSetup, service: Service, path: str, body: dict[str, object], size: int
) -> None:
    setup.generation.plays("gpt-x", HANG)
    long = "x" * size
    sent = {**body, "prompt": long} if path == GENERATE else {**body, "messages": [{"role": "user", "content": long}]}
    asking = asyncio.create_task(post(service, path, sent))
    await asyncio.wait_for(setup.generation.called.wait(), 5)
    asking.cancel()
    assert await ended(setup.generation.calls[0]) == "cancelled"
    await asyncio.wait_for(service.log.answered.wait(), 5)
    assert [line["status"] for line in service.log.lines("request")] == [499]
    assert service.log.lines("unforeseen error") == []


async def test_a_connection_serves_the_next_prompt_after_a_stream(setup: PromptSetup, service: Service) -> None:
    for _ in range(3):
        assert events(await post(service, GENERATE, STREAM))[-1][0] == "done"
    assert {call.ending for call in setup.generation.calls} == {"finished"}


async def test_a_long_silence_is_filled_with_heartbeats(
    setup: PromptSetup, serve: Callable[..., Awaitable[Service]]
) -> None:
    service = await serve(*prompt_routes(setup, heartbeat_seconds=0.02))
    setup.generation.plays("gpt-x", HANG)
    incoming, client = await opened(service, GENERATE, STREAM)
    assert [await incoming.readline() for _ in range(4)] == [b": heartbeat\n", b"\n", b": heartbeat\n", b"\n"]
    client.cancel()
    assert await ended(setup.generation.calls[0]) == "cancelled"


async def test_what_fails_after_a_heartbeat_is_an_event_too(
    setup: PromptSetup, serve: Callable[..., Awaitable[Service]]
) -> None:
    service = await serve(*prompt_routes(setup, heartbeat_seconds=0.02))
    setup.generation.plays("gpt-x", HANG)
    reply = await post(service, GENERATE, {**STREAM, "deadlineSeconds": 0.1})
    assert reply.status == 200
    assert reply.content.startswith(b": heartbeat\n\n")
    ((name, problem),) = events(reply)
    assert (name, problem["category"], problem["status"]) == ("error", "timeout", 504)


async def test_a_stream_that_nothing_was_sent_in_leaves_room_for_another_answer(
    serve: Callable[..., Awaitable[Service]],
) -> None:
    async def view(request: web.Request) -> web.StreamResponse:
        async with EventStream(request) as out:
            assert not out.has_begun
        return web.Response(text="another answer")

    service = await serve(a_route(view))
    reply = await service.ask("GET", "/api/ai/things")
    assert reply.content == b"another answer"


async def test_what_is_written_at_once_is_sent_together(serve: Callable[..., Awaitable[Service]]) -> None:
    async def view(request: web.Request) -> web.StreamResponse:
        async with EventStream(request) as out:
            for _ in range(2):
                for number in range(3):
                    await out.send(b"%d" % number)
                # As when the provider thinks about the next words.
                await asyncio.sleep(0.02)
        return out.response

    service = await serve(a_route(view))
    reader, writer = await asyncio.open_connection(*service.runner.addresses[0][:2])
    writer.write(b"GET /api/ai/things HTTP/1.1\r\nHost: a\r\n\r\n")
    content = await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), timeout=10)
    writer.close()
    together = b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert content.endswith(b"\r\n\r\n" + b"1b\r\n%s\r\n" % together * 2 + b"0\r\n\r\n")


async def test_a_client_that_reads_nothing_is_let_go(serve: Callable[..., Awaitable[Service]]) -> None:
    let_go = asyncio.Event()

    async def view(request: web.Request) -> web.StreamResponse:
        async with EventStream(request, heartbeat_seconds=0.02, stalled_seconds=0.1) as out:
            try:
                while True:
                    await out.send(b"x" * 1_000_000)
            finally:
                let_go.set()

    service = await serve(a_route(view))
    host, port = service.runner.addresses[0][:2]
    _, writer = await asyncio.open_connection(host, port, limit=1)
    writer.write(b"GET /api/ai/things HTTP/1.1\r\nHost: a\r\n\r\n")
    await asyncio.wait_for(let_go.wait(), timeout=10)
    writer.close()


async def test_a_mistake_of_ours_in_mid_stream_breaks_the_connection(serve: Callable[..., Awaitable[Service]]) -> None:
    async def view(request: web.Request) -> web.StreamResponse:
        async with EventStream(request) as out:
            await out.send(b"1")
            raise ZeroDivisionError

    service = await serve(a_route(view))
    with pytest.raises(ClientPayloadError):
        await service.ask("GET", "/api/ai/things")
    assert len(service.log.lines("unforeseen error")) == 1
