"""Conversations as Gemini is asked them."""

from typing import Any

import pytest
from google.genai import types

from application.errors import InvalidInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Sampling,
    Text,
    Tool,
    ToolChoice,
)
from tests.fakes.client import a_turn
from tests.unit.providers.prompted_providers import ORIGIN
from tests.unit.providers.wire_protocols import GENERATE_CONTENT, PICTURE, WEATHER, a_call, a_result, sample, write

THIRD, SECOND = "gemini-3.8-flash", "gemini-2.5-flash"
DUMMY = "skip_thought_signature_validator"
OTHER = "other:model"


def _wire(*turns: Any, **asked: Any) -> Any:  # noqa: ANN401 - turns and the fields of a conversation
    return write(GENERATE_CONTENT, *turns, **{"model_id": THIRD} | asked)


def _config(**asked: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a conversation
    config: dict[str, Any] = _wire("Hi", **asked).body.get("generationConfig", {})
    return config


def _model_parts(*parts: Any, model_id: str = THIRD) -> list[dict[str, Any]]:  # noqa: ANN401
    body = _wire("Ask", a_turn("assistant", *parts), "Go on", model_id=model_id).body
    found: list[dict[str, Any]] = body["contents"][1]["parts"]
    return found


def test_a_conversation_with_calls_is_written_as_google_writes_it() -> None:
    weather = sample("gemini/request.generate.tools")["tools"][0]["functionDeclarations"][0]
    signature = "Zml4dHVyZS10aG91Z2h0LXNpZ25hdHVyZQ=="
    oslo = a_call("fc-1", '{"city":"Oslo","unit":"celsius"}', signature=signature, origin=ORIGIN)
    bergen = a_call("fc-2", '{"city":"Bergen","unit":"celsius"}', origin=ORIGIN)
    body = _wire(
        a_turn("system", "Answer in one sentence."),
        "Is it warmer in Oslo or in Bergen?",
        a_turn("assistant", oslo, bergen),
        a_turn("user", a_result("fc-1", '{"temperature": 4}'), a_result("fc-2", "station offline", is_error=True)),
        tools=(
            Tool(name="get_weather", description=weather["description"], parameters=weather["parametersJsonSchema"]),
        ),
        tool_choice=ToolChoice(mode="required", names=("get_weather",)),
        reasoning=ReasoningOptions(effort="low", summary="auto"),
        sampling=Sampling(max_tokens=2_000),
    ).body
    expected = sample("gemini/request.generate.tools")
    # What a tool says is handed on as it is, whether it happens to be JSON or not.
    expected["contents"][2]["parts"][0]["functionResponse"]["response"] = {"output": '{"temperature": 4}'}
    assert body == expected


def test_every_part_of_a_request_is_one_that_google_knows() -> None:
    pdf = Document(media_type="application/pdf", data="aGk=")
    body = _wire(
        a_turn("system", "Be kind."),
        a_turn("user", PICTURE, pdf, Audio(format="wav", data="aGk="), Image(url="https://a.example/b.png")),
        a_turn("assistant", Reasoning(text="Hm", signature="c2ln", origin=ORIGIN), a_call()),
        a_turn("user", a_result("call_1", "Here", PICTURE), "Well?"),
        tools=(WEATHER,),
        tool_choice=ToolChoice(mode="auto"),
        output_format=OutputFormat(kind="json_schema", schema={"type": "object", "properties": {"a": {"const": 1}}}),
        sampling=Sampling(temperature=2.0, top_k=3, stop=("END",), seed=1, presence_penalty=0.1, n=2, logprobs=True),
    ).body
    for content in body["contents"]:
        types.Content.model_validate(content)
    types.GenerationConfig.model_validate(body["generationConfig"])
    types.Tool.model_validate(body["tools"][0])
    types.ToolConfig.model_validate(body["toolConfig"])


def test_instructions_lead_or_stay_in_their_place() -> None:
    body = _wire(a_turn("system", "Be kind."), a_turn("system", "Be short."), "Hi", a_turn("system", "Stop.")).body
    assert body["systemInstruction"] == {"parts": [{"text": "Be kind."}, {"text": "Be short."}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}, {"text": "<system>\nStop.\n</system>"}]}]
    own = {"system_prompt": "Ours."}
    assert _wire("Hi", defaults=own).body["systemInstruction"] == {"parts": [{"text": "Ours."}]}


def test_there_are_as_many_responses_as_calls_in_one_turn_and_pictures_follow_them() -> None:
    """Trap 17."""
    calls = a_turn("assistant", a_call("one"), a_call("two"), a_call("three"))
    turns = (
        "Ask",
        calls,
        a_turn("user", a_result("three", "3", PICTURE)),
        a_turn("user", a_result("one", "1"), "Well?"),
    )
    parts = _wire(*turns, model_id=SECOND).body["contents"][2]["parts"]
    responses = [part["functionResponse"] for part in parts if "functionResponse" in part]
    assert [(each["id"], each["name"], each["response"]) for each in responses] == [
        ("one", "get_weather", {"output": "1"}),
        ("two", "get_weather", {"error": "The call was not answered."}),
        ("three", "get_weather", {"output": "3"}),
    ]
    assert parts[3:] == [{"inlineData": {"mimeType": "image/png", "data": "aGk="}}, {"text": "Well?"}]


def test_newer_models_are_shown_pictures_within_the_response() -> None:
    """Trap 19."""
    heic = Image(media_type="image/heic", data="aGk=")
    turns = ("Ask", a_turn("assistant", a_call()), a_turn("user", a_result("call_1", "Here", PICTURE, heic)))
    response, after = _wire(*turns).body["contents"][2]["parts"]
    assert response["functionResponse"]["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "aGk="}}]
    assert after == {"inlineData": {"mimeType": "image/heic", "data": "aGk="}}


def test_a_signature_goes_back_on_the_part_that_it_came_on() -> None:
    """Trap 4."""
    sealed = Reasoning(signature="d29yZHM=", origin=ORIGIN)
    thought = Reasoning(text="Hm", signature="dGhvdWdodA==", origin=ORIGIN)
    parts = _model_parts(thought, "Well", sealed, a_call("one", signature="Y2FsbA==", origin=ORIGIN), a_call("two"))
    assert [part.get("thoughtSignature") for part in parts] == ["dGhvdWdodA==", None, "d29yZHM=", "Y2FsbA==", None]
    assert (parts[0]["thought"], parts[1], parts[2]["text"]) == (True, {"text": "Well"}, "")


def test_a_signature_that_travelled_beside_its_call_is_put_back_on_it() -> None:
    beside = Reasoning(signature="Y2FsbA==", call_id="one", origin=ORIGIN)
    parts = _model_parts(beside, a_call("one"), a_call("two"))
    assert [part.get("thoughtSignature") for part in parts] == ["Y2FsbA==", None]


@pytest.mark.parametrize(
    "parts",
    [
        (a_call("one"), a_call("two")),
        (a_call("one", signature="Y2FsbA==", origin=OTHER), a_call("two", signature="Y2FsbA==", origin=OTHER)),
        (Reasoning(signature="Y2FsbA==", call_id="one", origin=OTHER), a_call("one"), a_call("two")),
        (Reasoning(text="Hm", signature="c2ln", origin=OTHER), a_call("one"), a_call("two")),
    ],
)
def test_the_first_call_of_another_model_has_a_signature_that_google_takes(parts: Any) -> None:  # noqa: ANN401
    assert [part.get("thoughtSignature") for part in _model_parts(*parts)] == [DUMMY, None]
    assert [part.get("thoughtSignature") for part in _model_parts(*parts, model_id=SECOND)] == [None, None]


def test_a_conversation_ends_with_the_user() -> None:
    with pytest.raises(InvalidInput, match="End with a message of the user"):
        _wire("Go on:", a_turn("assistant", "Once"))
    with pytest.raises(InvalidInput, match="Add a message of the user"):
        _wire(a_turn("system", "Be kind."))


@pytest.mark.parametrize(
    ("part", "model_id", "message"),
    [
        (Image(media_type="image/gif", data="aGk="), THIRD, "does not take images of the type"),
        (Audio(format="m4a", data="aGk="), THIRD, "does not take audio"),
        (Document(media_type="text/csv", data="aGk="), THIRD, "takes documents as PDF"),
        (Image(url="http://a.example/b.png"), THIRD, "an https address"),
        (Image(url="https://a.example/b.png"), "gemini-2.0-flash", "does not fetch files"),
    ],
)
def test_what_google_does_not_take_is_refused(part: Any, model_id: str, message: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidInput, match=message):
        _wire(a_turn("user", part), model_id=model_id)


@pytest.mark.parametrize(
    ("choice", "expected", "tools"),
    [
        (None, None, ["one", "two"]),
        (ToolChoice(mode="auto"), {"mode": "AUTO"}, ["one", "two"]),
        (ToolChoice(mode="none"), {"mode": "NONE"}, ["one", "two"]),
        (ToolChoice(mode="required"), {"mode": "ANY"}, ["one", "two"]),
        (ToolChoice(mode="required", names=("two",)), {"mode": "ANY", "allowedFunctionNames": ["two"]}, ["one", "two"]),
        (ToolChoice(mode="auto", names=("two",)), {"mode": "AUTO"}, ["two"]),
    ],
)
def test_choices_of_tools(choice: ToolChoice | None, expected: object, tools: list[str]) -> None:
    body = _wire(
        "Hi", tools=(Tool(name="one"), Tool(name="two", parameters={"type": "object"})), tool_choice=choice
    ).body
    assert body.get("toolConfig", {}).get("functionCallingConfig") == expected
    assert body["tools"] == [{"functionDeclarations": [{"name": name} for name in tools]}]


def test_what_cannot_be_said_of_tools_is_named_or_refused() -> None:
    wire = _wire("Hi", tools=(Tool(name="one", strict=True),), parallel_tool_calls=False)
    assert wire.ignored == ("parallel_tool_calls", "tool_strict")
    assert _wire("Hi", tools=(Tool(name="one"),), parallel_tool_calls=True).ignored == ()
    with pytest.raises(InvalidInput, match="tools"):
        _wire("Hi", tools=(Tool(name="one", is_custom=True),))


def test_a_format_of_the_answer() -> None:
    schema = {"type": "object", "title": "Town", "properties": {"name": {"type": "string"}}}
    assert _config(output_format=OutputFormat(kind="json_schema", schema=schema)) == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object", "properties": {"name": {"type": "string"}}},
    }
    assert _config(output_format=OutputFormat(kind="json_object")) == {"responseMimeType": "application/json"}
    with pytest.raises(InvalidInput, match="together with tools"):
        _wire("Hi", output_format=OutputFormat(kind="json_object"), tools=(WEATHER,), model_id=SECOND)


@pytest.mark.parametrize(
    ("model_id", "options", "expected"),
    [
        ("gemini-3-pro-preview", {"effort": "medium"}, {"thinkingLevel": "LOW"}),
        ("gemini-3-flash", {"effort": "minimal"}, {"thinkingLevel": "MINIMAL"}),
        (THIRD, {"effort": "max", "summary": "auto"}, {"thinkingLevel": "HIGH", "includeThoughts": True}),
        (THIRD, {"budget_tokens": 10_000, "summary": "hidden"}, {"thinkingLevel": "MEDIUM", "includeThoughts": False}),
        (THIRD, {"effort": "none"}, {"thinkingLevel": "LOW"}),
        (SECOND, {"effort": "none"}, {"thinkingBudget": 0}),
        (SECOND, {"budget_tokens": -1}, {"thinkingBudget": -1}),
        (SECOND, {"effort": "max"}, {"thinkingBudget": 24_576}),
        ("gemini-2.5-pro", {"effort": "max"}, {"thinkingBudget": 32_768}),
        ("gemini-2.5-pro", {"budget_tokens": 5}, {"thinkingBudget": 128}),
        ("gemini-2.5-pro", {"effort": "none"}, {"thinkingBudget": 1_024}),
        ("gemini-2.0-flash", {"effort": "high", "summary": "auto"}, None),
    ],
)
def test_how_much_to_think(model_id: str, options: dict[str, Any], expected: object) -> None:
    wire = _wire("Hi", model_id=model_id, reasoning=ReasoningOptions(**options))
    assert wire.body.get("generationConfig", {}).get("thinkingConfig") == expected
    cannot = expected is None or (options.get("effort") == "none" and expected != {"thinkingBudget": 0})
    assert wire.ignored == (("reasoning_effort",) if cannot else ())


def test_sampling_goes_along_and_what_would_change_the_answer_is_refused() -> None:
    sampling = Sampling(max_tokens=9, temperature=1.5, top_p=0.5, top_k=3, stop=("A", "B"), seed=7, top_logprobs=2, n=2)
    assert _config(sampling=sampling) == {
        "maxOutputTokens": 9,
        "temperature": 1.5,
        "topP": 0.5,
        "topK": 3,
        "stopSequences": ["A", "B"],
        "seed": 7,
        "logprobs": 2,
        "candidateCount": 2,
    }
    for refused in (Sampling(logit_bias={"1": 1.0}), Sampling(stop=tuple("ABCDEF"))):
        with pytest.raises(InvalidInput):
            _config(sampling=refused)


def test_what_only_tunes_is_left_out_and_named() -> None:
    wire = _wire(
        a_turn("user", Text(text="Hi", cache="5m"), Image(media_type="image/png", data="aGk=", detail="low")),
        options={"user": "u"},
        metadata={"a": "b"},
        defaults={"drop": frozenset({"generationConfig.topK"})},
        sampling=Sampling(top_k=2),
    )
    assert set(wire.ignored) == {"user", "metadata", "cache", "image_detail", "generationConfig.topK"}
    assert wire.body["generationConfig"] == {}
