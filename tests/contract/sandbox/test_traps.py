"""Every mark that a prompt can carry does what the guide says, and every trap of gateways can be laid."""

import json
import re
from typing import Any, Final

import aiohttp
import pytest

from sandbox.faults.fault_kinds import FAULT_KINDS
from sandbox.magic_keys import OTHER_ACCOUNT
from sandbox.prompt_directives import DIRECTIVES, TRAPS
from sandbox.server import Sandbox
from sandbox.simulator_guide import describe, guide
from tests.contract.sandbox.sandbox_client import Response, SandboxClient

SCHEMA: Final = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER: Final = {"name": "get_weather", "parameters": SCHEMA}
TOWNS: Final = {"name": "list_towns", "parameters": {"type": "object", "properties": {}}}
PATHS: Final = {
    "chat": ("openai", "/chat/completions"),
    "responses": ("openai", "/responses"),
    "messages": ("anthropic", "/v1/messages"),
    "generate": ("google", "/models/gemini-3.8-flash:generateContent"),
}
ARGUMENTS: Final = '{"city":"sample"}'


def _body(protocol: str, text: str, **more: object) -> dict[str, Any]:
    said = [{"role": "user", "content": text}]
    both = (WEATHER, TOWNS)
    if protocol == "chat":
        tools: list[Any] = [{"type": "function", "function": tool} for tool in both]
        return {"model": "gpt-4o", "messages": said, "tools": tools, **more}
    if protocol == "responses":
        tools = [{"type": "function", **tool, "strict": False} for tool in both]
        return {"model": "gpt-4o", "input": text, "tools": tools, **more}
    if protocol == "messages":
        tools = [{"name": tool["name"], "input_schema": tool["parameters"]} for tool in both]
        return {"model": "claude-haiku-4-5", "max_tokens": 500, "messages": said, "tools": tools, **more}
    declared = [{"name": tool["name"], "parametersJsonSchema": tool["parameters"]} for tool in both]
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "tools": [{"functionDeclarations": declared}]}


async def _ask(
    sandbox: Sandbox, http: aiohttp.ClientSession, protocol: str, text: str, *, stream: bool = False, **more: object
) -> Response:
    provider, path = PATHS[protocol]
    if protocol == "generate" and stream:
        path = path.replace("generateContent", "streamGenerateContent?alt=sse")
    elif stream:
        more["stream"] = True
    return await SandboxClient(sandbox, http, provider).send("POST", path, _body(protocol, text, **more))


def _calls(answer: Response) -> list[dict[str, Any]]:
    """The pieces of calls in a streamed chat completion."""
    deltas = [choice["delta"] for event in answer.events() for choice in event["choices"]]
    return [call for delta in deltas for call in delta.get("tool_calls", [])]


@pytest.mark.parametrize(("mark", "indexes"), [("", {0, 1}), ("sandbox:index-0", {0}), ("sandbox:no-index", {None})])
async def test_parallel_calls_have_an_index_each_or_not(
    sandbox: Sandbox, http: aiohttp.ClientSession, mark: str, indexes: set[int | None]
) -> None:
    calls = _calls(await _ask(sandbox, http, "chat", f"call all {mark}", stream=True))
    assert {call.get("index") for call in calls} == indexes
    assert len({call["id"] for call in calls if "id" in call}) == 2


async def test_a_call_comes_in_pieces_or_whole(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    pieces = _calls(await _ask(sandbox, http, "chat", "call weather", stream=True))
    assert (pieces[0]["function"], len(pieces)) == ({"name": "get_weather", "arguments": ""}, 4)
    whole = _calls(await _ask(sandbox, http, "chat", "call weather sandbox:whole-calls", stream=True))
    assert [call["function"] for call in whole] == [{"name": "get_weather", "arguments": ARGUMENTS}]


@pytest.mark.parametrize(("mark", "arguments"), [("empty-arguments", ""), ("bad-arguments", ARGUMENTS[:-1])])
async def test_arguments_can_be_spoilt(
    sandbox: Sandbox, http: aiohttp.ClientSession, mark: str, arguments: str
) -> None:
    chat = (await _ask(sandbox, http, "chat", f"call weather sandbox:{mark}")).json()
    responses = (await _ask(sandbox, http, "responses", f"call weather sandbox:{mark}")).json()
    assert chat["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == arguments
    assert responses["output"][0]["arguments"] == arguments


async def test_ids_can_be_longer_than_others_take(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    chat = (await _ask(sandbox, http, "chat", "call weather sandbox:long-ids")).json()
    name = chat["choices"][0]["message"]["tool_calls"][0]["id"]
    assert len(name) > 64
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", name) is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("length", ("length", "max_output_tokens", "max_tokens", "MAX_TOKENS")),
        ("filter", ("content_filter", "content_filter", "refusal", "SAFETY")),
        ("stop", ("stop", "completed", "end_turn", "STOP")),
        ("failed", ("error", "failed", "error", "MALFORMED_FUNCTION_CALL")),
        ("OTHER", ("OTHER", "OTHER", "OTHER", "OTHER")),
    ],
)
async def test_a_call_can_end_for_any_reason(
    sandbox: Sandbox, http: aiohttp.ClientSession, asked: str, words: tuple[str, ...]
) -> None:
    text = f"call weather sandbox:finish={asked}"
    chat, responses, messages, generate = [(await _ask(sandbox, http, name, text)).json() for name in PATHS]
    assert chat["choices"][0]["message"]["tool_calls"]
    assert messages["content"][0]["type"] == "tool_use"
    assert "functionCall" in generate["candidates"][0]["content"]["parts"][0]
    reason = responses["incomplete_details"]
    assert (
        chat["choices"][0]["finish_reason"],
        reason["reason"] if reason else responses["status"],
        messages["stop_reason"],
        generate["candidates"][0]["finishReason"],
    ) == words


USAGES: Final = {"chat": "usage", "responses": "usage", "messages": "usage", "generate": "usageMetadata"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("protocol", PATHS)
async def test_usage_can_be_zero_or_left_out(
    sandbox: Sandbox, http: aiohttp.ClientSession, protocol: str, *, stream: bool
) -> None:
    more = {"stream_options": {"include_usage": True}} if protocol == "chat" and stream else {}
    zero = await _ask(sandbox, http, protocol, "sandbox:zero-usage", stream=stream, **more)
    none = await _ask(sandbox, http, protocol, "sandbox:no-usage", stream=stream, **more)
    counts = re.findall(r'"(?:\w*_tokens|\w*TokenCount)":(\d+)', zero.text)
    # A message that has begun has one token of output.
    assert set(counts) <= ({"0", "1"} if protocol == "messages" and stream else {"0"})
    assert counts
    assert re.findall(r'"(?:(?:in|out)put_tokens|\w*TokenCount|prompt_tokens)":(\d+)', none.text) == []


async def test_messages_may_say_its_input_at_the_end(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    events = (await _ask(sandbox, http, "messages", "sandbox:late-usage", stream=True)).events()
    first, last = events[0]["message"]["usage"], events[-2]["usage"]
    assert (first["input_tokens"], last["input_tokens"] > 0) == (0, True)


@pytest.mark.parametrize("protocol", PATHS)
async def test_cached_input_is_reported_where_the_protocol_has_it(
    sandbox: Sandbox, http: aiohttp.ClientSession, protocol: str
) -> None:
    plain = (await _ask(sandbox, http, protocol, "Hello there you")).json()[USAGES[protocol]]
    usage = (await _ask(sandbox, http, protocol, "Hi sandbox:cached=3")).json()[USAGES[protocol]]
    found = {
        "chat": lambda: usage["prompt_tokens_details"]["cached_tokens"],
        "responses": lambda: usage["input_tokens_details"]["cached_tokens"],
        "messages": lambda: usage["cache_read_input_tokens"],
        "generate": lambda: usage["cachedContentTokenCount"],
    }[protocol]()
    assert found == 3
    total = {"chat": "prompt_tokens", "generate": "promptTokenCount"}.get(protocol, "input_tokens")
    inside = 3 if protocol == "messages" else 0
    # Both prompts are as many tokens long.
    assert usage[total] + inside == plain[total]


async def test_responses_may_be_untidy(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    bare, changing, sparse = [
        (await _ask(sandbox, http, "responses", f"Hello sandbox:{mark}", stream=True)).events()
        for mark in ("bare-deltas", "changing-ids", "sparse-events")
    ]
    assert not any(event["type"].endswith(".added") for event in bare)
    assert [event["sequence_number"] for event in bare] == list(range(len(bare)))
    ids = [event["item_id"] for event in changing if event["type"].endswith(".delta")]
    assert len(set(ids)) == len(ids) > 1
    assert not any("sequence_number" in event for event in sparse)
    assert {"output", "status"}.isdisjoint(sparse[-1]["response"])


async def test_a_server_may_not_know_stream_options(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    options = {"stream_options": {"include_usage": True}}
    refused = await _ask(sandbox, http, "chat", "sandbox:no-stream-options", stream=True, **options)
    assert (refused.status, "stream_options" in refused.text) == (400, True)
    assert (await _ask(sandbox, http, "chat", "sandbox:no-stream-options", stream=True)).status == 200


async def test_deepseek_wants_its_thoughts_back_with_calls(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "deepseek")
    body = _body("chat", "call weather", model="deepseek-reasoner")
    asked = (await talk.send("POST", "/chat/completions", body)).json()["choices"][0]["message"]
    assert asked["reasoning_content"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": "4"}
    bare = {name: value for name, value in asked.items() if name != "reasoning_content"}
    words = "Missing `reasoning_content` field in the assistant message at message index 1"
    for message, refusal in ((asked, ""), ({**bare, "reasoning_content": ""}, ""), (bare, words)):
        history = {**body, "messages": [*body["messages"], message, result]}
        answer = await talk.send("POST", "/chat/completions", history)
        assert (answer.status, refusal in answer.text) == (400 if refusal else 200, True)


@pytest.mark.parametrize("provider", ["groq", "mistral", "ollama", "openrouter", "together", "vllm", "xai", "llamacpp"])
async def test_every_compatible_server_calls_and_answers(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    talk = SandboxClient(sandbox, http, provider)
    tools = _body("chat", "")["tools"]
    asked = (await talk.chat("call weather", tools=tools)).json()["choices"][0]
    assert (asked["finish_reason"], asked["message"]["content"]) == ("tool_calls", None)
    call = asked["message"]["tool_calls"][0]
    result = {"role": "tool", "tool_call_id": call["id"], "content": "4"}
    history = [{"role": "user", "content": "call weather"}, asked["message"], result]
    reported = (await talk.chat(messages=history, tools=tools)).json()
    assert reported["choices"][0]["message"]["content"] == "get_weather returned “4”."


@pytest.mark.parametrize("provider", ["mistral", "ollama", "openrouter", "together"])
async def test_compatible_servers_embed(sandbox: Sandbox, http: aiohttp.ClientSession, provider: str) -> None:
    model = next(model.id for model in sandbox.catalogue(provider).models() if model.kind == "embedding")
    path = "/v1/embeddings" if provider == "ollama" else "/embeddings"
    answer = await SandboxClient(sandbox, http, provider).send("POST", path, {"model": model, "input": ["a", "b"]})
    assert [item["index"] for item in answer.json()["data"]] == [0, 1]


def test_the_guide_names_every_mark_and_trap() -> None:
    text, facts = guide("http://here"), json.loads(json.dumps(describe("http://here")))
    assert all(f"sandbox:{name}" in text and summary in text for name, summary in DIRECTIVES.items())
    assert len(TRAPS) == len(facts["traps"]) == 25
    assert facts["marks"].keys() == DIRECTIVES.keys()


def test_what_lays_a_trap_exists() -> None:
    named = {name for _, how in TRAPS for name in re.findall(r"sandbox:([a-z0-9-]+)", how)}
    assert named <= DIRECTIVES.keys()
    faults = {"missing_end", "truncated_stream", "dropped_connection", "split_utf8"}
    assert all(any(fault in how for _, how in TRAPS) for fault in faults | {OTHER_ACCOUNT})
    assert faults <= FAULT_KINDS.keys()
