"""The wire protocols of prompts by themselves: what is written, and what is read of samples of the providers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.providers.chat_completions.chat_options import OPENAI_MEDIA, ChatOptions
from adapters.providers.chat_completions.protocol import ChatCompletions
from adapters.providers.generate_content.protocol import GenerateContent
from adapters.providers.messages.protocol import Messages
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from adapters.providers.responses.protocol import Responses
from adapters.providers.server_sent_events import EventParser
from application.prompts.completion import Delta
from application.prompts.conversation import Document, Image, Text, Tool, ToolCall, ToolResult, Turn
from application.prompts.generation import GenerationRequest, ModelDefaults
from tests.fakes.client import FakeClient, a_conversation, a_turn
from tests.unit.providers.prompted_providers import ORIGIN

MESSAGES: Final = Messages("2023-06-01")
GENERATE_CONTENT: Final = GenerateContent()
CHAT_COMPLETIONS: Final = ChatCompletions(
    ChatOptions(media=OPENAI_MEDIA, limit_name="max_completion_tokens", is_openai=True)
)
RESPONSES: Final = Responses(OPENAI_MEDIA)
_SAMPLES: Final = Path(__file__).parent / "data" / "prompts"

PICTURE: Final = Image(media_type="image/png", data="aGk=")
WEATHER: Final = Tool(
    name="get_weather",
    description="Temperature of a town now",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    return orjson.loads((_SAMPLES / f"{name}.json").read_bytes())


def sample_events(name: str) -> list[dict[str, Any]]:
    parser = EventParser()
    events = [*parser.feed((_SAMPLES / f"{name}.txt").read_bytes()), *parser.finish()]
    return [orjson.loads(event.data) for event in events]


def write(
    protocol: PromptProtocol,
    *turns: Turn | str,
    model_id: str = "model-1",
    defaults: Mapping[str, Any] | None = None,
    origin: str = ORIGIN,
    stream: bool = False,
    **asked: Any,  # noqa: ANN401 - the fields of a conversation
) -> WireRequest:
    """Return the request for a conversation; a text is a turn of the user."""
    said = tuple(a_turn("user", turn) if isinstance(turn, str) else turn for turn in turns or ("Hello",))
    conversation = a_conversation(turns=said, **asked)
    return protocol.encode(
        conversation, _request(FakeClient(asked=conversation), model_id, defaults, origin), stream=stream
    )


def hand_on(
    protocol: PromptProtocol,
    body: Mapping[str, Any],
    *,
    model_id: str = "model-1",
    defaults: Mapping[str, Any] | None = None,
    origin: str = ORIGIN,
    stream: bool = False,
    headers: Mapping[str, str] | None = None,
) -> WireRequest:
    """Return the request for a client's own body of the protocol."""
    client = FakeClient(protocol=protocol.name, body=body, headers=headers or {})
    return protocol.pass_through(body, _request(client, model_id, defaults, origin), stream=stream)


def _request(client: FakeClient, model_id: str, defaults: Mapping[str, Any] | None, origin: str) -> GenerationRequest:
    return GenerationRequest(
        model_id=model_id, client=client, origin=origin, defaults=ModelDefaults(**(defaults or {}))
    )


def read(protocol: PromptProtocol, document: Mapping[str, Any]) -> ParsedCompletion:
    parsed = protocol.read(document, ORIGIN)
    assert parsed is not None
    return parsed


def decode(protocol: PromptProtocol, *events: Mapping[str, Any]) -> tuple[list[Delta], ParsedCompletion]:
    """Return what is new in each event of a stream, and what is known at its end, which must be one."""
    decoder = protocol.decoder(ORIGIN)
    deltas = [delta for event in events for delta in decoder.decode(event)]
    assert decoder.is_whole
    return deltas, decoder.parsed


def a_call(call_id: str = "call_1", arguments: str = '{"city":"Oslo"}', **facts: Any) -> ToolCall:  # noqa: ANN401
    return ToolCall(id=call_id, name="get_weather", arguments=arguments, **facts)


def a_result(call_id: str = "call_1", *parts: str | Image | Document, **facts: Any) -> ToolResult:  # noqa: ANN401
    said = tuple(Text(text=part) if isinstance(part, str) else part for part in parts or ("4 degrees",))
    return ToolResult(call_id=call_id, parts=said, **facts)
