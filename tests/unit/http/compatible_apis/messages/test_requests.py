"""What requests in the Messages API ask."""

from typing import Any

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import (
    Document,
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
)
from application.prompts.opaque_blobs import blob_of
from entrypoints.http.compatible_apis.messages.request import read_conversation
from tests.fakes.client import a_turn
from tests.unit.providers.wire_protocols import sample

ASK = {"role": "user", "content": "Ask"}


def _asked(**body: Any) -> Any:  # noqa: ANN401 - a conversation
    return read_conversation({"messages": [ASK], "max_tokens": 9} | body)


def _part(block: dict[str, Any], role: str = "user") -> Any:  # noqa: ANN401 - a part
    messages = [ASK, {"role": role, "content": [block]}, ASK]
    return _asked(messages=messages).turns[1].parts[0]


def test_a_whole_request() -> None:
    asked = read_conversation(sample("anthropic/message.tools.request"))
    parameters = sample("anthropic/message.tools.request")["tools"][0]["input_schema"]
    oslo = ToolCall(id="toolu_oslo1", name="get_weather", arguments='{"city":"Oslo","unit":"celsius"}')
    bergen = ToolCall(id="toolu_bergen2", name="get_weather", arguments='{"city":"Bergen","unit":"celsius"}')
    thought = Reasoning(text="Two towns, so two calls.", signature="EqQBfixtureSIGNATURE==")
    results = (
        ToolResult(call_id="toolu_oslo1", parts=(Text(text='{"temperature":4}'),)),
        ToolResult(call_id="toolu_bergen2", parts=(Text(text="station offline"),), is_error=True),
    )
    assert asked.turns == (
        a_turn("system", Text(text="Answer in one sentence.", cache="1h")),
        a_turn("user", "Is it warmer in Oslo or in Bergen?"),
        a_turn("assistant", thought, oslo, bergen),
        a_turn("user", *results, "Guess if you must."),
    )
    assert asked.tools == (
        Tool(name="get_weather", description="Temperature of a town now", parameters=parameters, strict=True),
    )
    assert asked.reasoning == ReasoningOptions(effort="medium", summary="auto")
    assert (asked.tool_choice, asked.parallel_tool_calls) == (ToolChoice(mode="auto"), None)
    assert (asked.sampling, asked.untranslatable) == (Sampling(max_tokens=4_096), ())


def test_a_format_of_the_answer() -> None:
    body = sample("anthropic/message.structured.request")
    schema = body["output_config"]["format"]["schema"]
    assert read_conversation(body).output_format == OutputFormat(kind="json_schema", schema=schema, strict=True)


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            Image(media_type="image/png", data="aGk="),
        ),
        ({"type": "image", "source": {"type": "url", "url": "https://a.example"}}, Image(url="https://a.example")),
        (
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="},
                "title": "A map",
                "context": "Of Oslo",
                "cache_control": {"type": "ephemeral"},
            },
            Document(media_type="application/pdf", data="aGk=", title="A map", context="Of Oslo", cache="5m"),
        ),
        ({"type": "document", "source": {"type": "text", "data": "Words."}}, Document(text="Words.")),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "Words."}]}},
            Document(text="Words."),
        ),
    ],
)
def test_files(block: dict[str, Any], part: object) -> None:
    assert _part(block) == part


@pytest.mark.parametrize(
    ("block", "field"),
    [
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, "messages[1].content[0].source"),
        (
            {"type": "document", "source": {"type": "url", "url": "https://a"}, "citations": {"enabled": True}},
            "messages[1].content[0].citations",
        ),
        ({"type": "server_tool_use", "id": "s"}, "messages[1].content[0]"),
        ({"type": "search_result"}, "messages[1].content[0]"),
    ],
)
def test_what_only_anthropic_has_is_named(block: dict[str, Any], field: str) -> None:
    (found,) = _asked(messages=[ASK, {"role": "user", "content": [block]}]).untranslatable
    assert found.field == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mcp_servers": []}, "mcp_servers"),
        ({"container": "c"}, "container"),
        ({"something_new": 1}, "something_new"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0]"),
        ({"messages": [ASK, {"role": "assistant", "content": "Once"}]}, "messages"),
    ],
)
def test_what_cannot_go_to_another_provider_is_named(body: dict[str, Any], field: str) -> None:
    (found,) = _asked(**body).untranslatable
    assert found.field == field


def test_what_only_tunes_is_named() -> None:
    asked = _asked(service_tier="auto", speed="fast", cache_control={"type": "ephemeral"}, metadata={"user_id": "u"})
    assert (set(asked.tuning), asked.options) == ({"speed", "cache_control"}, {"user": "u"})
    assert _asked(service_tier="priority").tuning == ("service_tier",)


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, ReasoningOptions(effort="none")),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2_048}},
            ReasoningOptions(budget_tokens=2_048, summary="auto"),
        ),
        ({"thinking": {"type": "adaptive"}}, ReasoningOptions(budget_tokens=-1, summary="auto")),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "max"}},
            ReasoningOptions(effort="max", summary="hidden"),
        ),
        ({"output_config": {"effort": "low"}}, ReasoningOptions(effort="low")),
    ],
)
def test_how_much_to_think(body: dict[str, Any], options: ReasoningOptions | None) -> None:
    assert _asked(**body).reasoning == options


@pytest.mark.parametrize(
    ("choice", "expected", "parallel"),
    [
        ({"type": "auto"}, ToolChoice(mode="auto"), None),
        ({"type": "any", "disable_parallel_tool_use": True}, ToolChoice(mode="required"), False),
        ({"type": "tool", "name": "f"}, ToolChoice(mode="required", names=("f",)), None),
        ({"type": "none"}, ToolChoice(mode="none"), None),
    ],
)
def test_choices_of_tools(choice: dict[str, Any], expected: ToolChoice, parallel: bool | None) -> None:
    asked = _asked(tool_choice=choice)
    assert (asked.tool_choice, asked.parallel_tool_calls) == (expected, parallel)


def test_sampling_and_its_names_here() -> None:
    asked = _asked(temperature=0.5, top_p=1, top_k=3, stop_sequences=["END"])
    assert asked.sampling == Sampling(max_tokens=9, temperature=0.5, top_p=1.0, top_k=3, stop=("END",))
    assert (asked.name_of("stop"), asked.name_of("top_k")) == ("stop_sequences", "top_k")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"messages": [{"role": "tool", "content": "x"}]}, "/messages/0/role"),
        ({"messages": [{"role": "user"}]}, "/messages/0/content"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "/messages/0/content/0/text"),
        ({"messages": [{"role": "system", "content": "x"}]}, "/messages"),
        ({"temperature": "hot"}, "/temperature"),
        ({"max_tokens": 1.5}, "/max_tokens"),
        ({"tools": {}}, "/tools"),
        ({"tools": [{"name": "f"}]}, "/tools/0/input_schema"),
        ({"tool_choice": {"type": "some"}}, "/tool_choice"),
        ({"thinking": {"type": "deep"}}, "/thinking"),
        ({"output_config": {"effort": "little"}}, "/output_config/effort"),
        ({"output_config": {"format": {"type": "json_object"}}}, "/output_config/format"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _asked(**body)
    assert refusal.value.pointer == pointer


def test_thoughts_of_other_providers_are_read_out_of_what_clients_hand_back() -> None:
    thought = Reasoning(text="Hm", summary=("Hm",), encrypted="gAAA", item_id="rs_1", origin="a:b")
    block = {"type": "thinking", "thinking": "Hm", "signature": blob_of(thought)}
    assert _part(block, "assistant") == thought
    call = ToolCall(id="call_1", name="f", arguments="{}", signature="Zml4", origin="a:b")
    sealed = _part({"type": "redacted_thinking", "data": blob_of(call)}, "assistant")
    assert sealed == Reasoning(signature="Zml4", call_id="call_1", origin="a:b")
    raw = _part({"type": "redacted_thinking", "data": "cg=="}, "assistant")
    assert raw == Reasoning(redacted="cg==")
