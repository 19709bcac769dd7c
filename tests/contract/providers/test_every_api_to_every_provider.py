"""What a client asks in any API, a provider of any protocol reads; and what it answers, the client reads.

A conversation is written in the protocol of an API, read by it, sent by an adapter over a socket, and read by the
sandbox's provider, which refuses what the real one refuses. Its answer is written by the API and read again.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol
from adapters.providers.server_sent_events import EventParser
from application.ports.provider_gateway import ProviderConnection
from application.prompts.completion import Completion, NativeEvents
from application.prompts.conversation import (
    Document,
    Image,
    OutputFormat,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
)
from application.prompts.generation import GenerationRequest
from entrypoints.http.compatible_apis.bodies import ChatCompletionBody, MessageBody, ResponseBody
from entrypoints.http.compatible_apis.chat_completions.exchange import ChatExchange
from entrypoints.http.compatible_apis.messages.exchange import MessagesExchange
from entrypoints.http.compatible_apis.responses.exchange import ResponsesExchange
from entrypoints.http.event_stream import framed
from sandbox.parsed_prompt import ParsedPrompt
from tests.contract.providers.sandbox_accounts import PIXEL, Accounts
from tests.unit.providers.prompted_providers import ORIGIN
from tests.unit.providers.wire_protocols import CHAT_COMPLETIONS, MESSAGES, RESPONSES, write

WORDS: Final = st.text(st.sampled_from("abcdefghijklmnopäß€…😀"), min_size=1, max_size=12)
TEXTS: Final = st.builds(Text, text=WORDS)
IMAGES: Final = st.just(Image(media_type="image/png", data=PIXEL))
PDF: Final = st.just(Document(media_type="application/pdf", data="JVBERi0xLjQKJSVFT0YK", filename="a.pdf"))
SCHEMA: Final = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
NAMES: Final = ("look_up", "add", "forget")
TOOLS: Final = tuple(Tool(name=name, description="What it does", parameters=SCHEMA, strict=True) for name in NAMES)
ARGUMENTS: Final = st.builds(lambda word: orjson.dumps({"a": word}).decode(), WORDS)

# A model of each protocol that sees; the path tells that the protocol was chosen.
UPSTREAMS: Final = {
    "chat_completions": ("mistral", "/chat/completions"),
    "responses": ("openai", "/responses"),
    "messages": ("anthropic", "/messages"),
    "generate_content": ("google", "enerateContent"),
}
# One that answers in Responses alone, one that can be made to call a tool, and one that takes a format beside tools.
MODELS: Final = {
    "responses": "gpt-5.5-pro",
    "messages": "claude-haiku-4-5",
    "generate_content": "gemini-3.8-flash",
}
APIS: Final[dict[str, PromptProtocol]] = {
    "chat_completions": CHAT_COMPLETIONS,
    "responses": RESPONSES,
    "messages": MESSAGES,
}
MODEL_IDS: Final = {"chat_completions": "model-1", "responses": "gpt-6-sol", "messages": "claude-opus-4-8"}


Exchange = ChatExchange | MessagesExchange | ResponsesExchange


@st.composite
def _conversations(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Draw a conversation as it comes about, which ends with a question or with the results of tools."""
    turns = [Turn(role="system", parts=(draw(TEXTS),))] if draw(st.booleans()) else []
    for step in range(draw(st.integers(1, 2))):
        turns.append(Turn(role="user", parts=(draw(TEXTS), *draw(st.lists(st.one_of(IMAGES, PDF), max_size=2)))))
        ids = [f"callnr{step}{number}" for number in range(draw(st.integers(0, 2)))]
        if ids:
            calls = [ToolCall(id=each, name=draw(st.sampled_from(NAMES)), arguments=draw(ARGUMENTS)) for each in ids]
            turns.append(Turn(role="assistant", parts=(*draw(st.lists(TEXTS, max_size=1)), *calls)))
            results = tuple(ToolResult(call_id=each, parts=(draw(TEXTS),)) for each in ids)
            turns.append(Turn(role="user", parts=results))
            if draw(st.booleans()):
                return tuple(turns)
        turns.append(Turn(role="assistant", parts=(draw(TEXTS),)))
    return (*turns, Turn(role="user", parts=(draw(TEXTS),)))


ASKED: Final[st.SearchStrategy[dict[str, Any]]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {
            "tools": st.just(TOOLS),
            "tool_choice": st.sampled_from(
                [None, ToolChoice(mode="auto"), ToolChoice(mode="none"), ToolChoice(mode="required")]
            ),
        }
    ),
    st.just({"output_format": OutputFormat(kind="json_schema", name="answer", schema=SCHEMA, strict=True)}),
)


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("api", APIS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=_conversations(), asked=ASKED)
async def test_a_prompt_arrives_whole_and_its_answer_too(
    accounts: Accounts, api: str, upstream: str, turns: tuple[Turn, ...], asked: dict[str, Any], *, is_stream: bool
) -> None:
    provider, path = UPSTREAMS[upstream]
    offered = {"tools": TOOLS, **asked} if any(isinstance(part, ToolCall) for part in _all_parts(turns)) else asked
    written = write(APIS[api], *turns, model_id=MODEL_IDS[api], sampling=Sampling(max_tokens=9_000), **offered)
    opened = _opened(api, {**written.body, "model": "any name", "stream": is_stream})
    request = GenerationRequest(
        model_id=MODELS.get(upstream) or accounts.model(provider, vision=True), client=opened.client, origin=ORIGIN
    )
    connection = accounts.connection(provider)
    if is_stream:
        completion, read = await _streamed(accounts, api, opened, connection, request)
    else:
        completion = await accounts.gateway.generate(connection, request)
        answered = APIS[api].read(orjson.loads(orjson.dumps(opened.document(completion))), ORIGIN)
        assert answered is not None
        read = answered
    seen = accounts.sandbox.requests[-1]
    assert path in seen.path, seen.path
    assert seen.prompt is not None
    _check_seen(seen.prompt, turns, offered)
    # Gemini and older models of Claude hold no tool to its schema: that tunes, and is named.
    assert set(completion.ignored_fields) <= {"tools[].strict", "tools[].function.strict"}
    _check_read(read, completion)


async def _streamed(
    accounts: Accounts, api: str, opened: Exchange, connection: ProviderConnection, request: GenerationRequest
) -> tuple[Completion, ParsedCompletion]:
    """Return the completion of a stream, and what a client reads of its events."""
    decoder, parser, completion = APIS[api].decoder(ORIGIN), EventParser(), None
    async with accounts.gateway.stream(connection, request) as events:
        is_native = False
        async for event in events:
            if isinstance(event, Completion):
                completion = event
            is_native |= isinstance(event, NativeEvents)
            if isinstance(event, NativeEvents):
                content = event.content
            elif isinstance(event, Completion) and is_native:
                content = opened.end_mark
            else:
                content = framed(opened.encode(event))
            for each in parser.feed(content):
                if each.data != b"[DONE]":
                    list(decoder.decode(orjson.loads(each.data)))
    assert completion is not None
    assert decoder.is_whole
    return completion, decoder.parsed


def _opened(api: str, body: dict[str, Any]) -> Exchange:
    facts = {"request_id": "1", "created": 1}
    if api == "chat_completions":
        return ChatExchange(body, ChatCompletionBody.model_validate(body), with_usage=True, **facts)  # type: ignore[arg-type]
    if api == "messages":
        return MessagesExchange(body, MessageBody.model_validate(body), request_id="1", sent={})
    return ResponsesExchange(body, ResponseBody.model_validate(body), **facts)  # type: ignore[arg-type]


def _check_seen(seen: ParsedPrompt, turns: Sequence[Turn], asked: dict[str, Any]) -> None:
    questions = [turn for turn in turns if turn.role == "user" and _words(turn)]
    assert seen.text.split("\n") == _words(questions[-1])
    said = [word for turn in turns if turn is not questions[-1] for word in [*_words(turn), *_results(turn)]]
    calls = [part.arguments for part in _all_parts(turns) if isinstance(part, ToolCall)]
    # Some count the arguments of earlier calls as words.
    assert sorted(line for line in seen.context.split("\n") if line and line not in calls) == sorted(said)
    files = [part for part in _all_parts(turns) if isinstance(part, Image | Document)]
    assert sorted(image.media_type for image in seen.images) == sorted(str(part.media_type) for part in files)
    assert [result.text for result in seen.results] == _results(turns[-1])
    choice = asked.get("tool_choice")
    if choice != ToolChoice(mode="none"):
        assert [tool.name for tool in seen.tools] == [tool.name for tool in asked.get("tools", ())]
        assert all(dict(tool.schema).get("required") == ["a"] for tool in seen.tools)
    assert seen.forced == (choice == ToolChoice(mode="required"))
    assert (seen.schema is not None) == ("output_format" in asked)


def _check_read(read: ParsedCompletion, completion: Completion) -> None:
    # Of a stream in native events the completion says how it ended alone.
    if completion.choices[0].parts:
        assert _answered(read.choices[0].parts) == _answered(completion.choices[0].parts)
    assert _answered(read.choices[0].parts) != ("", [])
    assert read.finish_reason == completion.choices[0].finish_reason
    assert read.usage.input_tokens == completion.usage.input_tokens
    assert read.usage.output_tokens == completion.usage.output_tokens


def _answered(parts: Sequence[object]) -> tuple[str, list[tuple[str, str, Any]]]:
    words = "".join(part.text for part in parts if isinstance(part, Text))
    calls = [(part.id, part.name, orjson.loads(part.arguments)) for part in parts if isinstance(part, ToolCall)]
    return words, calls


def _all_parts(turns: Sequence[Turn]) -> list[object]:
    return [part for turn in turns for part in turn.parts]


def _words(turn: Turn) -> list[str]:
    return [part.text for part in turn.parts if isinstance(part, Text)]


def _results(turn: Turn) -> list[str]:
    results = [part for part in turn.parts if isinstance(part, ToolResult)]
    return [part.text for result in results for part in result.parts if isinstance(part, Text)]
