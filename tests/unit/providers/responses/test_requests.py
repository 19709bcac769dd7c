"""Conversations as OpenAI is asked them in Responses."""

from typing import Any

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Sampling,
    Text,
    Tool,
    ToolChoice,
)
from application.prompts.opaque_blobs import blob_of
from tests.fakes.client import a_turn
from tests.unit.providers.prompted_providers import ORIGIN
from tests.unit.providers.wire_protocols import (
    PICTURE,
    RESPONSES,
    WEATHER,
    a_call,
    a_result,
    hand_on,
    sample,
    write,
)

MODEL = "gpt-6-sol"
ENCRYPTED = "reasoning.encrypted_content"


def _wire(*turns: Any, **asked: Any) -> Any:  # noqa: ANN401 - turns and the fields of a conversation
    return write(RESPONSES, *turns, **{"model_id": MODEL} | asked)


def _input(*turns: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    items: list[dict[str, Any]] = _wire(*turns).body["input"]
    return items


def test_a_conversation_with_calls_is_written_as_openai_writes_it() -> None:
    expected = sample("openai/responses.tools.request")
    function = expected["tools"][0]
    thought = Reasoning(encrypted="gAAAAfixtureENCRYPTEDreasoning==", item_id="rs_fix01", origin=ORIGIN)
    oslo = a_call("call_oslo1", '{"city":"Oslo","unit":"celsius"}', item_id="fc_fix01", origin=ORIGIN)
    bergen = a_call("call_bergen2", '{"city":"Bergen","unit":"celsius"}', item_id="fc_fix02", origin=ORIGIN)
    results = a_turn("user", a_result("call_oslo1", '{"temperature":4}'), a_result("call_bergen2", '{"temperature":7}'))
    body = _wire(
        a_turn("system", "Answer in one sentence."),
        "Is it warmer in Oslo or in Bergen?",
        a_turn("assistant", thought, oslo, bergen),
        results,
        tools=(
            Tool(
                name=function["name"],
                description=function["description"],
                parameters=function["parameters"],
                strict=True,
            ),
        ),
        tool_choice=ToolChoice(mode="auto"),
        parallel_tool_calls=True,
        reasoning=ReasoningOptions(effort="medium", summary="auto"),
        sampling=Sampling(max_tokens=2_000),
    ).body
    # One text may be a list of one text, or the text itself.
    expected["input"][-1]["output"] = '{"temperature":7}'
    assert body == expected


def test_instructions_lead_or_stay_in_their_place() -> None:
    body = _wire(a_turn("system", "Be kind."), a_turn("system", "Be short."), "Hi", a_turn("system", "Stop.")).body
    assert body["instructions"] == "Be kind.\n\nBe short."
    assert body["input"][1:] == [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Stop."}]}
    ]
    assert _wire("Hi", defaults={"system_prompt": "Ours."}).body["instructions"] == "Ours."


def test_the_assistants_own_words_are_output() -> None:
    said = _input("Ask", a_turn("assistant", "Well.", "", Refusal(text="No.")), "Why?")[1]
    assert said["content"] == [
        {"type": "output_text", "text": "Well.", "annotations": []},
        {"type": "refusal", "refusal": "No."},
    ]


def test_thoughts_stand_before_their_call_and_words_between_them_stay() -> None:
    thought = Reasoning(summary=("Hm",), encrypted="gAAA", item_id="rs_1", origin=ORIGIN)
    items = _input("Ask", a_turn("assistant", thought, "Well", a_call()), "Go on")
    assert [item["type"] for item in items] == [
        "message", "reasoning", "message", "function_call", "function_call_output", "message",
    ]  # fmt: skip
    assert items[1] == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Hm"}],
        "encrypted_content": "gAAA",
    }


@pytest.mark.parametrize("origin", [None, "other:model"])
def test_encrypted_thoughts_go_to_no_other_account(origin: str | None) -> None:
    """Trap 24."""
    thought = Reasoning(text="Hm", encrypted="gAAA", item_id="rs_1", origin=origin)
    items = _input("Ask", a_turn("assistant", thought, a_call(item_id="fc_1", origin=origin)), "Go on")
    assert [item["type"] for item in items[:2]] == ["message", "function_call"]
    assert "id" not in items[1]


def test_what_a_tool_gave() -> None:
    calls = a_turn("assistant", a_call("one"), a_call("two"), a_call("three", ""))
    results = a_turn("user", a_result("one", "No", is_error=True), a_result("two", PICTURE, is_error=True))
    items = _input("Ask", calls, results)
    assert items[3]["arguments"] == "{}"
    image = {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"}
    assert [item["output"] for item in items[4:]] == [
        "Error: No",
        [{"type": "input_text", "text": "Error:"}, image],
        "Error: The call was not answered.",
    ]


def test_ids_that_are_too_long_are_mapped_alike() -> None:
    """Trap 5."""
    _, call, result = _input("Ask", a_turn("assistant", a_call("x" * 300)), a_turn("user", a_result("x" * 300)))
    assert call["call_id"] == result["call_id"]
    assert len(call["call_id"]) <= 64


def test_files() -> None:
    pdf = Document(media_type="application/pdf", data="aGk=")
    link = Document(url="https://a.example/b.pdf")
    image = Image(url="https://a.example/b.png", detail="high")
    (message,) = _input(a_turn("user", image, pdf, link, Document(text="Words.")))
    assert message["content"] == [
        {"type": "input_image", "image_url": "https://a.example/b.png", "detail": "high"},
        {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,aGk="},
        {"type": "input_file", "file_url": "https://a.example/b.pdf"},
        {"type": "input_text", "text": "Words."},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ToolChoice(mode="auto"), "auto"),
        (ToolChoice(mode="none"), "none"),
        (ToolChoice(mode="required"), "required"),
        (ToolChoice(mode="required", names=("one",)), {"type": "function", "name": "one"}),
        (
            ToolChoice(mode="auto", names=("one",)),
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "one"}]},
        ),
    ],
)
def test_choices_of_tools(choice: ToolChoice, expected: object) -> None:
    assert _wire("Hi", tools=(Tool(name="one"),), tool_choice=choice).body["tool_choice"] == expected
    assert "tool_choice" not in _wire("Hi", tool_choice=choice).body


def test_a_tool_is_strict_only_where_that_is_said_and_its_schema_fits() -> None:
    optional = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = (
        WEATHER,
        Tool(name="fit", strict=True, parameters=WEATHER.parameters),
        Tool(name="unfit", strict=True, parameters=optional),
        Tool(name="none"),
        Tool(name="free", is_custom=True, grammar={"type": "text"}),
    )
    wire = _wire("Hi", tools=tools)
    assert [tool.get("strict") for tool in wire.body["tools"]] == [False, True, False, False, None]
    assert wire.body["tools"][1]["parameters"]["additionalProperties"] is False
    assert wire.body["tools"][3]["parameters"] == {"type": "object", "properties": {}}
    assert wire.body["tools"][4] == {"type": "custom", "name": "free", "format": {"type": "text"}}
    assert wire.ignored == ("tool_strict",)


def test_a_format_of_the_answer() -> None:
    schema = {"type": "object", "properties": {"town": {"type": "string"}}}
    strict = OutputFormat(kind="json_schema", schema=schema, strict=True)
    assert _wire("Hi", output_format=strict, options={"verbosity": "low"}).body["text"] == {
        "format": {
            "type": "json_schema",
            "name": "answer",
            "schema": schema | {"required": ["town"], "additionalProperties": False},
            "strict": True,
        },
        "verbosity": "low",
    }
    loose = OutputFormat(kind="json_schema", name="town", schema=schema)
    assert _wire("Hi", output_format=loose).body["text"]["format"] == {
        "type": "json_schema",
        "name": "town",
        "schema": schema,
    }
    assert _wire("Hi", output_format=OutputFormat(kind="json_object")).body["text"] == {
        "format": {"type": "json_object"}
    }
    unfit = OutputFormat(kind="json_schema", schema={"type": "array", "uniqueItems": True}, strict=True)
    with pytest.raises(InvalidInput, match="uniqueItems"):
        _wire("Hi", output_format=unfit)


@pytest.mark.parametrize(
    ("model_id", "asked", "expected"),
    [
        ("o3", "max", "high"),
        ("gpt-5-pro", "low", "high"),
        ("gpt-5", "none", "minimal"),
        ("gpt-5.1", "xhigh", "high"),
        ("gpt-5.4", "max", "xhigh"),
        ("gpt-5.6", "minimal", "low"),
        ("gpt-6-astra", "none", "low"),
        ("gpt-6-luna", "none", "none"),
        ("gpt-9", "minimal", "minimal"),
    ],
)
def test_efforts(model_id: str, asked: Any, expected: str) -> None:  # noqa: ANN401
    body = _wire("Hi", model_id=model_id, reasoning=ReasoningOptions(effort=asked)).body
    assert (body["reasoning"], body["include"]) == ({"effort": expected}, [ENCRYPTED])


def test_a_model_that_does_not_reason_is_not_asked_to() -> None:
    wire = _wire("Hi", model_id="gpt-4o", reasoning=ReasoningOptions(effort="high"), sampling=Sampling(temperature=1))
    assert not wire.body.keys() & {"reasoning", "include"}
    assert (wire.body["temperature"], wire.ignored) == (1, ("reasoning_effort",))


@pytest.mark.parametrize(
    ("model_id", "effort", "takes"),
    [
        ("gpt-5", None, False),
        ("gpt-5.2", None, True),
        ("gpt-5.2", "low", False),
        ("gpt-5.5", None, False),
        ("gpt-5.5", "none", True),
    ],
)
def test_sampling_is_left_out_and_named_while_it_reasons(model_id: str, effort: Any, takes: bool) -> None:  # noqa: ANN401
    sampling = Sampling(temperature=0.5, top_p=0.9)
    options = ReasoningOptions(effort=effort) if effort else None
    wire = _wire("Hi", model_id=model_id, reasoning=options, sampling=sampling)
    assert (wire.body.get("temperature"), wire.body.get("top_p")) == ((0.5, 0.9) if takes else (None, None))
    assert wire.ignored == (() if takes else ("temperature", "top_p"))
    own = _wire("Hi", model_id=model_id, reasoning=options, defaults={"temperature": 0.1})
    assert ("temperature" in own.body, own.ignored) == (takes, ())


def test_probabilities_limits_and_what_is_refused() -> None:
    body = _wire("Hi", model_id="gpt-4o", sampling=Sampling(logprobs=True, top_logprobs=3, max_tokens=5)).body
    assert (body["include"], body["top_logprobs"]) == (["message.output_text.logprobs"], 3)
    assert body["max_output_tokens"] == 16
    for sampling in (Sampling(stop=("END",)), Sampling(logit_bias={"1": 1.0}), Sampling(n=2), Sampling(logprobs=True)):
        with pytest.raises(InvalidInput):
            _wire("Hi", sampling=sampling)
    with pytest.raises(InvalidInput, match="audio"):
        _wire(a_turn("user", Audio(format="ogg", data="aGk=")))


def test_what_only_tunes() -> None:
    wire = _wire(
        a_turn("user", Text(text="Hi", cache="5m")),
        options={"user": "u", "service_tier": "flex", "cache_key": "k", "odd": "x"},
        metadata={"team": "a"},
        sampling=Sampling(top_k=1, seed=2),
        stream=True,
    )
    reported = {"user": "u", "service_tier": "flex", "prompt_cache_key": "k", "metadata": {"team": "a"}, "store": False}
    assert {name: wire.body[name] for name in reported} == reported
    assert (wire.body["stream"], set(wire.ignored)) == (True, {"top_k", "seed", "odd", "cache"})


def test_a_clients_own_body_is_passed_through_but_nothing_is_kept() -> None:
    body = sample("openai/responses.tools.request")
    wire = hand_on(RESPONSES, {**body, "store": True, "new_field": 1, "stream_options": {}}, model_id=MODEL)
    assert wire.body == {**body, "new_field": 1}
    streamed = hand_on(
        RESPONSES, {**body, "stream_options": {"include_obfuscation": False}}, model_id=MODEL, stream=True
    )
    assert (streamed.body["stream"], streamed.body["stream_options"]) == (True, {"include_obfuscation": False})


@pytest.mark.parametrize(
    ("model_id", "body", "expected"),
    [
        ("gpt-4o", {}, {"temperature": 0.2, "instructions": "Ours.", "max_output_tokens": 50}),
        (
            "gpt-6-sol",
            {"include": ["web_search_call.results"], "max_output_tokens": 500, "instructions": "Theirs."},
            {
                "include": ["web_search_call.results", ENCRYPTED],
                "max_output_tokens": 100,
                "instructions": "Theirs.",
                "reasoning": {"effort": "low"},
            },
        ),
    ],
)
def test_what_the_model_says_is_put_in_where_it_takes_it(
    model_id: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    own = {
        "temperature": 0.2,
        "system_prompt": "Ours.",
        "max_tokens": 50,
        "most_tokens": 100,
        "reasoning_effort": "low",
    }
    sent = hand_on(RESPONSES, {"input": "Hi", **body}, model_id=model_id, defaults=own).body
    assert sent == {"input": "Hi", "model": model_id, "store": False, **expected}


def test_thoughts_in_a_clients_own_body() -> None:
    """Trap 24: its own go back byte for byte, those of others and of other protocols are taken out."""
    raw = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    own = Reasoning(summary=("Hm",), encrypted="gBBB", item_id="rs_2", origin=ORIGIN)
    claude = Reasoning(text="Hm", signature="c2ln", origin=ORIGIN)
    other = Reasoning(encrypted="gCCC", origin="other:model")
    blobs: list[dict[str, object]] = [
        {"type": "reasoning", "id": "rs_x", "summary": [], "encrypted_content": blob_of(each)}
        for each in (own, claude, other)
    ]
    sent = hand_on(RESPONSES, {"input": [raw, *blobs, {"role": "user", "content": "Hi"}]}, model_id=MODEL).body["input"]
    summary = [{"type": "summary_text", "text": "Hm"}]
    assert sent == [
        raw,
        {"type": "reasoning", "id": "rs_2", "summary": summary, "encrypted_content": "gBBB"},
        {"role": "user", "content": "Hi"},
    ]
