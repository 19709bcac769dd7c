"""What requests in the Responses API ask."""

from typing import Any

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import (
    Document,
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from application.prompts.opaque_blobs import blob_of
from entrypoints.http.compatible_apis.responses.request import read_conversation, refuse_state
from tests.fakes.client import a_turn
from tests.unit.providers.wire_protocols import sample


def _asked(**body: Any) -> Any:  # noqa: ANN401 - a conversation
    return read_conversation({"input": "Ask"} | body)


def _turns(*items: Any) -> Any:  # noqa: ANN401
    return _asked(input=list(items)).turns


def _user(*content: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"role": "user", "content": list(content)}


def test_a_whole_request() -> None:
    body = sample("openai/responses.tools.request")
    asked = read_conversation(body)
    thought = Reasoning(encrypted="gAAAAfixtureENCRYPTEDreasoning==", item_id="rs_fix01")
    oslo = ToolCall(
        id="call_oslo1", name="get_weather", arguments='{"city":"Oslo","unit":"celsius"}', item_id="fc_fix01"
    )
    bergen = ToolCall(
        id="call_bergen2", name="get_weather", arguments='{"city":"Bergen","unit":"celsius"}', item_id="fc_fix02"
    )
    assert asked.turns == (
        a_turn("system", "Answer in one sentence."),
        a_turn("user", "Is it warmer in Oslo or in Bergen?"),
        a_turn("assistant", thought, oslo, bergen),
        a_turn(
            "user",
            ToolResult(call_id="call_oslo1", parts=(Text(text='{"temperature":4}'),)),
            ToolResult(call_id="call_bergen2", parts=(Text(text='{"temperature":7}'),)),
        ),
    )
    function = body["tools"][0]
    assert asked.tools == (
        Tool(
            name="get_weather",
            description=function["description"],
            parameters=function["parameters"],
            strict=True,
        ),
    )
    assert asked.reasoning == ReasoningOptions(effort="medium", summary="auto")
    assert (asked.tool_choice, asked.parallel_tool_calls) == (ToolChoice(mode="auto"), True)
    assert (asked.sampling, asked.untranslatable, asked.tuning) == (Sampling(max_tokens=2_000), (), ())


def test_words_alone_are_the_users() -> None:
    assert _asked().turns == (a_turn("user", "Ask"),)


def test_roles_and_parts() -> None:
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Well"}]}
    refused = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    turns = _turns(
        {"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi"}, said, refused, _user()
    )
    assert turns[:3] == (
        a_turn("system", "Be kind."),
        a_turn("user", "Hi"),
        a_turn("assistant", "Well", Refusal(text="No.")),
    )


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (
            {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "low"},
            Image(media_type="image/png", data="aGk=", detail="low"),
        ),
        ({"type": "input_image", "image_url": "https://a.example"}, Image(url="https://a.example")),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"},
            Document(media_type="application/pdf", data="aGk=", filename="a.pdf"),
        ),
        ({"type": "input_file", "file_url": "https://a.example"}, Document(url="https://a.example")),
    ],
)
def test_files(content: dict[str, Any], part: object) -> None:
    assert _turns(_user(content))[0].parts == (part,)
    output = {"type": "function_call_output", "call_id": "a", "output": [content]}
    assert _turns(output)[0].parts == (ToolResult(call_id="a", parts=(part,)),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"input": [_user({"type": "input_image", "file_id": "f"})]}, "input[0].content[0].file_id"),
        ({"input": [_user({"type": "input_audio"}, {"type": "input_text", "text": "Hi"})]}, "input[0].content[0]"),
        ({"input": [{"role": "user", "content": "Hi"}, {"type": "web_search_call"}]}, "input[1]"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]"),
        ({"tool_choice": {"type": "file_search"}}, "tool_choice"),
        ({"include": ["web_search_call.results"]}, "include[0]"),
        ({"truncation": "auto"}, "truncation"),
        ({"something_new": 1}, "something_new"),
    ],
)
def test_what_only_openai_has_is_named(body: dict[str, Any], field: str) -> None:
    (found,) = _asked(**body).untranslatable
    assert found.field == field


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"previous_response_id": "resp_1"}, "/previous_response_id"),
        ({"conversation": "conv_1"}, "/conversation"),
        ({"background": True}, "/background"),
        ({"prompt": {"id": "p"}}, "/prompt"),
        ({"context_management": [{}]}, "/context_management"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "/input/0"),
        ({"input": [{"type": "compaction_trigger"}]}, "/input/0"),
    ],
)
def test_what_needs_a_memory_is_refused_whoever_the_provider_is(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        refuse_state({"input": "Hi"} | body)
    assert refusal.value.pointer == pointer
    refuse_state({"input": [_user()], "store": True, "background": False, "previous_response_id": None})


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("required", ToolChoice(mode="required")),
        ({"type": "function", "name": "f"}, ToolChoice(mode="required", names=("f",))),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice(mode="auto", names=("f",)),
        ),
    ],
)
def test_choices_of_tools(choice: object, expected: ToolChoice) -> None:
    assert _asked(tool_choice=choice).tool_choice == expected


def test_tools() -> None:
    tools = [
        {"type": "function", "name": "f", "parameters": None},
        {"type": "custom", "name": "c", "format": {"type": "text"}},
    ]
    assert _asked(tools=tools).tools == (Tool(name="f"), Tool(name="c", is_custom=True, grammar={"type": "text"}))
    call = {"type": "custom_tool_call", "call_id": "a", "name": "c", "input": "ls"}
    assert _turns(call)[0].parts == (ToolCall(id="a", name="c", arguments="ls", is_custom=True),)


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, OutputFormat(kind="json_object")),
        (
            {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True},
            OutputFormat(kind="json_schema", name="n", schema={"type": "object"}, strict=True),
        ),
    ],
)
def test_formats(format_: dict[str, Any], expected: OutputFormat | None) -> None:
    assert _asked(text={"format": format_}).output_format == expected


def test_sampling_options_and_their_names_here() -> None:
    asked = _asked(
        temperature=1,
        include=["message.output_text.logprobs"],
        top_logprobs=3,
        user="u",
        service_tier="flex",
        prompt_cache_key="k",
        text={"verbosity": "low"},
        metadata={"team": "a"},
        safety_identifier="s",
        max_output_tokens=5,
    )
    assert asked.sampling == Sampling(max_tokens=5, temperature=1.0, logprobs=True, top_logprobs=3)
    assert asked.options == {"user": "u", "service_tier": "flex", "cache_key": "k", "verbosity": "low"}
    assert (asked.metadata, asked.tuning) == ({"team": "a"}, ("safety_identifier",))
    assert [asked.name_of(name) for name in ("max_tokens", "reasoning_effort")] == [
        "max_output_tokens",
        "reasoning.effort",
    ]
    assert _asked(service_tier="auto").options == {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"input": [{"role": "tool", "content": "x"}]}, "/input/0/role"),
        ({"input": [{"role": "developer", "content": "x"}]}, "/input"),
        ({"input": [_user({"type": "input_text"})]}, "/input/0/content/0/text"),
        ({"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]}, "/input/0/call_id"),
        ({"reasoning": {"effort": "little"}}, "/reasoning/effort"),
        ({"reasoning": {"summary": "long"}}, "/reasoning/summary"),
        ({"text": {"format": {"type": "xml"}}}, "/text/format"),
        ({"tool_choice": "some"}, "/tool_choice"),
        ({"metadata": {"n": 1}}, "/metadata/n"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _asked(**body)
    assert refusal.value.pointer == pointer


def test_thoughts_of_other_providers_are_read_out_of_what_clients_hand_back() -> None:
    thought = Reasoning(text="Hm", signature="c2ln", origin="a:b")
    summary = [{"type": "summary_text", "text": "Hm"}]
    item = {"type": "reasoning", "id": "rs_x", "summary": summary, "encrypted_content": blob_of(thought)}
    (reported,) = _turns(item, {"role": "user", "content": "Hi"})[0].parts
    assert (reported.text, reported.signature, reported.origin, reported.encrypted) == ("Hm", "c2ln", "a:b", None)
