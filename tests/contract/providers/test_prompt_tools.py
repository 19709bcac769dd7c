"""Tools, thoughts and formats come through every protocol, whole and streamed, and back in the next turn."""

import json
from typing import Any, Final

import pytest

from application.prompts.completion import Completion, ToolCallDone, ToolCallStarted
from application.prompts.conversation import (
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
)
from application.prompts.generation import GenerationRequest
from tests.contract.providers.sandbox_accounts import PIXEL, Accounts
from tests.fakes.client import FakeClient, a_conversation

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOLS: Final = (Tool(name="get_weather", description="Weather", parameters=SCHEMA), Tool(name="list_towns"))
# The protocols, each by a model that thinks and one that does not, and the dialects of Chat Completions.
MODELS: Final[tuple[tuple[str, str], ...]] = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-5.6"),
    ("openai", "o3"),
    ("azure", "gpt-4o"),
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-opus-5-5"),
    ("google", "gemini-2.0-flash"),
    ("google", "gemini-3.8-flash"),
    ("deepseek", "deepseek-reasoner"),
    ("openrouter", "openai/gpt-4o"),
    ("mistral", "mistral-large-latest"),
    ("groq", "openai/gpt-oss-120b"),
    ("xai", "grok-4.3"),
    ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    ("ollama", "llama3.2"),
    ("vllm", "meta-llama/Llama-3.1-8B-Instruct"),
    ("llamacpp", "anything"),
)


def _said(text: str) -> Turn:
    return Turn(role="user", parts=(Text(text=text),))


async def _ask(
    accounts: Accounts,
    provider: str,
    model: str,
    *turns: Turn,
    stream: bool = False,
    **asked: Any,  # noqa: ANN401 - the fields of a conversation
) -> tuple[Completion, list[object]]:
    """Return the answer, and the events before it when it was streamed."""
    conversation = a_conversation(turns=turns, sampling=Sampling(max_tokens=4_000), **asked)
    # A client of Messages shows thoughts and hands them back; to Anthropic its body would go as it came.
    client = FakeClient(asked=conversation, protocol=None if provider == "anthropic" else "messages")
    request = GenerationRequest(model_id=model, client=client, origin=f"{provider}:{model}")
    connection = accounts.connection(provider)
    if not stream:
        return await accounts.gateway.generate(connection, request), []
    events: list[object] = []
    async with accounts.gateway.stream(connection, request) as incoming:
        async for event in incoming:
            if isinstance(event, Completion):
                return event, events
            events.append(event)
    raise AssertionError("the stream had no end")


def _calls(answer: Completion) -> list[ToolCall]:
    return [part for part in answer.choices[0].parts if isinstance(part, ToolCall)]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("provider", "model"), MODELS)
async def test_calls_come_through_and_their_results_go_back(
    accounts: Accounts, provider: str, model: str, stream: bool
) -> None:
    words = _said('call weather {"city": "Oslo", "days": 2} and call towns')
    asked, events = await _ask(accounts, provider, model, words, stream=stream, tools=TOOLS)
    weather, towns = _calls(asked)
    assert (asked.finish_reason, weather.name, towns.name) == ("tool_calls", "get_weather", "list_towns")
    assert (json.loads(weather.arguments), json.loads(towns.arguments)) == ({"city": "Oslo", "days": 2}, {})
    if stream:
        assert [event.index for event in events if isinstance(event, ToolCallStarted)] == [0, 1]
        assert [event.call for event in events if isinstance(event, ToolCallDone)] == [weather, towns]
    results = (
        ToolResult(call_id=weather.id, parts=(Text(text="4 degrees"),)),
        ToolResult(call_id=towns.id, parts=(Text(text="Oslo"),)),
    )
    turns = (words, Turn(role="assistant", parts=asked.choices[0].parts), Turn(role="user", parts=results))
    reported, _ = await _ask(accounts, provider, model, *turns, stream=stream, tools=TOOLS)
    assert (reported.text, reported.finish_reason) == (
        "get_weather returned “4 degrees”. list_towns returned “Oslo”.",
        "stop",
    )


@pytest.mark.parametrize(
    ("provider", "model"), [*MODELS[:3], ("anthropic", "claude-opus-4-8"), ("google", "gemini-3.8-flash")]
)
async def test_a_forced_tool_is_called_once(accounts: Accounts, provider: str, model: str) -> None:
    choice = ToolChoice(mode="required", names=("list_towns",))
    asked, _ = await _ask(
        accounts, provider, model, _said("Hello"), tools=TOOLS, tool_choice=choice, parallel_tool_calls=False
    )
    assert [call.name for call in _calls(asked)] == ["list_towns"]


@pytest.mark.parametrize(
    ("provider", "model"), [model for model in MODELS if model[0] != "deepseek" and model[1] != "gemini-2.0-flash"]
)
async def test_a_schema_is_filled(accounts: Accounts, provider: str, model: str) -> None:
    wanted = OutputFormat(kind="json_schema", name="weather", schema=SCHEMA, strict=True)
    answer, _ = await _ask(accounts, provider, model, _said("Fill it"), output_format=wanted)
    assert json.loads(answer.text) == {"city": "sample", "days": 1}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("provider", "model", "thought"),
    [
        ("openai", "gpt-5.6", "Effort: high."),
        ("anthropic", "claude-sonnet-4-6", "Effort: high."),
        ("anthropic", "claude-haiku-4-5", "Budget: "),
        ("google", "gemini-3.8-flash", "Level: HIGH."),
        ("google", "gemini-2.5-flash", "Budget: 16384."),
        ("groq", "openai/gpt-oss-120b", "Effort: high."),
    ],
)
async def test_thoughts_are_requested_and_reported(
    accounts: Accounts, provider: str, model: str, thought: str, stream: bool
) -> None:
    options = ReasoningOptions(effort="high", summary="auto")
    answer, _ = await _ask(accounts, provider, model, _said("Hello"), stream=stream, reasoning=options)
    thoughts = [part for part in answer.choices[0].parts if isinstance(part, Reasoning)]
    assert thought in "".join(
        [*(part.text for part in thoughts), *(line for part in thoughts for line in part.summary)]
    )
    assert answer.usage.reasoning_tokens
    again, _ = await _ask(
        accounts,
        provider,
        model,
        _said("Hello"),
        Turn(role="assistant", parts=answer.choices[0].parts),
        _said("Again"),
        reasoning=options,
    )
    assert again.text == "You said “Again” (1 word)."


@pytest.mark.parametrize(("provider", "model"), MODELS[:8])
async def test_an_image_in_a_result_is_seen(accounts: Accounts, provider: str, model: str) -> None:
    words = _said("call towns")
    asked, _ = await _ask(accounts, provider, model, words, tools=TOOLS)
    shown = Image(media_type="image/png", data=PIXEL)
    result = ToolResult(call_id=_calls(asked)[0].id, parts=(Text(text="see"), shown))
    turns = (words, Turn(role="assistant", parts=asked.choices[0].parts), Turn(role="user", parts=(result,)))
    reported, _ = await _ask(accounts, provider, model, *turns, tools=TOOLS)
    assert "I see 1 image: image/png, 70 bytes." in reported.text
