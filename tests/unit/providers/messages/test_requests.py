"""Conversations as Anthropic is asked them."""

from typing import Any

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    OutputFormat,
    Refusal,
    Sampling,
    Text,
    Tool,
    ToolChoice,
    Untranslatable,
)
from tests.fakes.client import a_turn
from tests.unit.providers.wire_protocols import MESSAGES, PICTURE, WEATHER, a_call, a_result, write

NEW, OLD = "claude-opus-4-8", "claude-sonnet-4-5"
RESULTS = a_turn("user", a_result("call_1"))


def _body(*turns: Any, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - turns and the fields of a conversation
    return write(MESSAGES, *turns, **{"model_id": OLD} | asked).body


def _choice(choice: ToolChoice | None, model_id: str = OLD, **asked: Any) -> Any:  # noqa: ANN401
    body = _body(tools=(WEATHER,), tool_choice=choice, model_id=model_id, **asked)
    return body.get("tool_choice")


def test_instructions_that_lead_are_the_system_and_later_ones_stay_in_their_place() -> None:
    turns = (
        a_turn("system", "Be kind."),
        a_turn("system", "Be short."),
        a_turn("user", "Hi"),
        a_turn("system", "Stop."),
    )
    new, old = _body(*turns, model_id=NEW), _body(*turns)
    assert new["system"] == old["system"] == "Be kind.\n\nBe short."
    assert new["messages"][1:] == [{"role": "system", "content": "Stop."}]
    assert old["messages"] == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "<system>\nStop.\n</system>"}],
        }
    ]


def test_the_models_own_instructions_give_way_to_the_clients() -> None:
    own = {"system_prompt": "Ours."}
    assert _body("Hi", defaults=own)["system"] == "Ours."
    assert _body(a_turn("system", "Theirs."), "Hi", defaults=own)["system"] == "Theirs."


def test_empty_words_are_left_out_and_so_is_a_turn_of_nothing_else() -> None:
    body = _body(a_turn("user", "", "Hi"), a_turn("assistant", ""), a_turn("user", "Again"))
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "Again"}]}
    ]


def test_parallel_results_stand_in_one_turn_before_words() -> None:
    """Trap 17."""
    calls = a_turn("assistant", a_call("one"), a_call("two"))
    body = _body(
        "Ask", calls, a_turn("user", a_result("two")), a_turn("user", a_result("one", is_error=True), "Guess.")
    )
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][-1]["content"] == [
        {"type": "tool_result", "tool_use_id": "one", "content": "4 degrees", "is_error": True},
        {"type": "tool_result", "tool_use_id": "two", "content": "4 degrees"},
        {"type": "text", "text": "Guess."},
    ]


def test_a_call_without_a_result_is_answered_with_an_error() -> None:
    body = _body("Ask", a_turn("assistant", a_call("one")), "Well?")
    result, words = body["messages"][-1]["content"]
    assert (result["tool_use_id"], result["is_error"], words["text"]) == ("one", True, "Well?")


def test_what_a_tool_shows_stays_in_its_result() -> None:
    """Trap 19."""
    pdf = Document(media_type="application/pdf", data="aGk=", filename="map.pdf")
    body = _body("Ask", a_turn("assistant", a_call("one")), a_turn("user", a_result("one", "Here", PICTURE, pdf)))
    (result,) = body["messages"][-1]["content"]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}
    file = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="}}
    assert result["content"] == [{"type": "text", "text": "Here"}, image, file | {"title": "map.pdf"}]


def test_an_error_without_words_has_some() -> None:
    body = _body("Ask", a_turn("assistant", a_call("one")), a_turn("user", a_result("one", "", is_error=True)))
    assert body["messages"][-1]["content"][0]["content"] == "The tool failed."


@pytest.mark.parametrize("call_id", ["call.with:odd/signs", "x" * 65, "é"])
def test_ids_that_anthropic_would_refuse_are_mapped_in_call_and_result_alike(call_id: str) -> None:
    body = _body("Ask", a_turn("assistant", a_call(call_id)), a_turn("user", a_result(call_id)))
    (call,), (result,) = body["messages"][1]["content"], body["messages"][2]["content"]
    assert call["id"] == result["tool_use_id"] != call_id
    assert call["id"].startswith("call_")
    assert len(call["id"]) <= 64


def test_arguments_are_an_object_and_none_are_an_empty_one() -> None:
    turns = ("Ask", a_turn("assistant", a_call(arguments="")), RESULTS)
    assert _body(*turns)["messages"][1]["content"][0]["input"] == {}
    with pytest.raises(InvalidInput, match="not a JSON object"):
        _body("Ask", a_turn("assistant", a_call(arguments='{"city":')), RESULTS)


@pytest.mark.parametrize(
    ("document", "block"),
    [
        (
            Document(url="https://files.example/a.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://files.example/a.pdf"}},
        ),
        (
            Document(text="Words.", title="A letter", context="From Bergen"),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "Words."},
                "title": "A letter",
                "context": "From Bergen",
            },
        ),
        (Document(text="Words.", filename="a.txt"), {"type": "text", "text": "a.txt\n\nWords."}),
    ],
)
def test_documents(document: Document, block: dict[str, Any]) -> None:
    assert _body(a_turn("user", document))["messages"][0]["content"] == [block]


@pytest.mark.parametrize("part", [Audio(format="wav", data="aGk="), Image(media_type="image/heic", data="aGk=")])
def test_what_anthropic_does_not_take_is_refused(part: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidInput, match="Anthropic does not take"):
        _body(a_turn("user", part))


def test_an_assistants_last_words_are_continued_by_older_models_alone() -> None:
    turns = ("Go on:", a_turn("assistant", "Once upon a time \n"))
    assert _body(*turns)["messages"][-1]["content"] == [{"type": "text", "text": "Once upon a time"}]
    with pytest.raises(InvalidInput, match="does not continue a message of the assistant"):
        _body(*turns, model_id="claude-sonnet-4-6")


def test_a_conversation_without_a_user_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Add a message of the user"):
        _body(a_turn("system", "Be kind."), a_turn("assistant", "Hello"))


def test_a_refusal_in_the_history_is_the_assistants_words() -> None:
    body = _body("Ask", a_turn("assistant", Refusal(text="I will not.")), "Why?")
    assert body["messages"][1]["content"] == [{"type": "text", "text": "I will not."}]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        (ToolChoice(mode="auto"), {"type": "auto"}),
        (ToolChoice(mode="none"), {"type": "none"}),
        (ToolChoice(mode="required"), {"type": "any"}),
        (ToolChoice(mode="required", names=("get_weather",)), {"type": "tool", "name": "get_weather"}),
        (ToolChoice(mode="required", names=("get_weather", "list_towns")), {"type": "any"}),
    ],
)
def test_choices_of_tools(choice: ToolChoice | None, expected: object) -> None:
    assert _choice(choice) == expected


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_of_the_tools_that_may_be_called_only_those_are_sent(mode: Any) -> None:  # noqa: ANN401
    tools = tuple(Tool(name=name) for name in ("one", "two", "three"))
    body = _body(tools=tools, tool_choice=ToolChoice(mode=mode, names=("one", "three")))
    assert [tool["name"] for tool in body["tools"]] == ["one", "three"]
    assert body["tools"][0] == {"name": "one", "input_schema": {"type": "object"}}


def test_one_call_at_most() -> None:
    assert _choice(None, parallel_tool_calls=False) == {"type": "auto", "disable_parallel_tool_use": True}
    assert _choice(ToolChoice(mode="none"), parallel_tool_calls=False) == {"type": "none"}
    assert "tool_choice" not in _body(tool_choice=ToolChoice(mode="required"), parallel_tool_calls=False)


@pytest.mark.parametrize("model_id", ["claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5"])
def test_models_that_take_no_forced_tool_are_not_asked_to(model_id: str) -> None:
    with pytest.raises(InvalidInput, match="tool_choice"):
        _choice(ToolChoice(mode="required"), model_id)
    assert _choice(ToolChoice(mode="auto"), model_id) == {"type": "auto"}


def test_free_text_tools_are_refused() -> None:
    with pytest.raises(InvalidInput, match="tools"):
        _body(tools=(Tool(name="run", is_custom=True),))


def test_a_strict_tool_is_one_where_its_schema_fits() -> None:
    """A schema that does not fit makes the tool a plain one, which is said."""
    bounded = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}
    fit = Tool(name="one", strict=True, parameters=WEATHER.parameters)
    unfit = Tool(name="two", strict=True, parameters=bounded)
    wire = write(MESSAGES, tools=(fit, unfit), model_id=OLD)
    assert wire.body["tools"][0]["strict"] is True
    assert wire.body["tools"][0]["input_schema"]["additionalProperties"] is False
    assert wire.body["tools"][1] == {"name": "two", "input_schema": bounded}
    assert wire.ignored == ("tool_strict",)


def test_a_format_of_the_answer() -> None:
    schema = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}
    body = _body(output_format=OutputFormat(kind="json_schema", name="town", schema=schema))
    assert body["output_config"] == {
        "format": {"type": "json_schema", "schema": schema | {"additionalProperties": False}}
    }


@pytest.mark.parametrize(
    ("output", "model_id", "message"),
    [
        (OutputFormat(kind="json_object"), OLD, "Give a JSON Schema"),
        (OutputFormat(kind="json_schema", schema={"type": "object"}), "claude-3-5-haiku-20241022", "newer model"),
        (OutputFormat(kind="json_schema", schema={"type": "integer", "minimum": 1}), OLD, "minimum"),
        (OutputFormat(kind="json_schema", schema={"$ref": "#"}), OLD, r"\$ref"),
    ],
)
def test_a_format_that_cannot_be_kept_is_refused(output: OutputFormat, model_id: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        _body(output_format=output, model_id=model_id)


def test_sampling_goes_to_models_that_take_it() -> None:
    sampling = Sampling(temperature=0.5, top_k=3, stop=("END",), max_tokens=9)
    body = _body(sampling=sampling)
    assert {name: body[name] for name in ("temperature", "top_k", "stop_sequences", "max_tokens")} == {
        "temperature": 0.5,
        "top_k": 3,
        "stop_sequences": ["END"],
        "max_tokens": 9,
    }


def test_sampling_is_left_out_and_named_where_the_model_or_the_version_refuses_it() -> None:
    sampling = Sampling(temperature=0.5, top_p=0.9, top_k=3)
    for wire in (
        write(MESSAGES, sampling=sampling, model_id="claude-opus-4-7"),
        write(type(MESSAGES)("2026-10-21"), sampling=sampling, model_id=OLD),
    ):
        assert not wire.body.keys() & {"temperature", "top_p", "top_k"}
        assert wire.ignored == ("temperature", "top_p", "top_k")
    # Newer ones of those that take both take one of them at a time.
    one = write(MESSAGES, sampling=sampling, model_id=OLD)
    assert (one.body["temperature"], "top_p" in one.body, one.ignored) == (0.5, False, ("top_p",))
    both = write(MESSAGES, sampling=sampling, model_id="claude-sonnet-4-20250514")
    assert (both.body["temperature"], both.body["top_p"], both.ignored) == (0.5, 0.9, ())


def test_the_models_own_sampling_is_left_out_in_silence() -> None:
    wire = write(MESSAGES, model_id="claude-opus-4-7", defaults={"temperature": 0.2, "top_p": 0.5, "stop": ("END",)})
    assert not wire.body.keys() & {"temperature", "top_p"}
    assert (wire.body["stop_sequences"], wire.ignored) == (["END"], ())


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=1.5),
        Sampling(logit_bias={"1": 2.0}),
        Sampling(logprobs=True),
        Sampling(top_logprobs=2),
        Sampling(n=2),
    ],
)
def test_what_would_change_the_answer_is_refused(sampling: Sampling) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _body(sampling=sampling)
    (field,) = [name for name in Sampling.__slots__ if getattr(sampling, name) is not None]
    assert refusal.value.pointer == f"/{field}"


def test_what_only_tunes_is_left_out_and_named_as_the_client_names_it() -> None:
    wire = write(
        MESSAGES,
        a_turn("user", Image(media_type="image/png", data="aGk=", detail="high")),
        sampling=Sampling(seed=1, presence_penalty=0.1, frequency_penalty=0.1),
        options={"user": "u-1", "cache_key": "k", "verbosity": "low"},
        metadata={"team": "a"},
        tuning=("prediction",),
        field_names={"cache_key": "prompt_cache_key"},
        model_id=OLD,
    )
    assert wire.body["metadata"] == {"user_id": "u-1"}
    assert set(wire.ignored) == {
        "prediction", "seed", "presence_penalty", "frequency_penalty", "prompt_cache_key", "verbosity", "metadata",
        "image_detail",
    }  # fmt: skip


def test_a_part_that_only_its_own_protocol_has_is_refused_at_its_place() -> None:
    with pytest.raises(InvalidInput) as refusal:
        _body(untranslatable=(Untranslatable(field="tools[0]", message="No."),))
    assert refusal.value.pointer == "/tools/0"


def test_at_most_four_marks_of_prefixes_to_cache_are_kept_and_they_are_the_last() -> None:
    marked = tuple(Text(text=f"{number}", cache="1h" if number == 4 else "5m") for number in range(5))
    calls = a_turn("assistant", a_call("one"))
    results = a_turn("user", a_result("one", cache="5m"))
    tool = Tool(name="get_weather", cache="5m")
    body = _body(
        a_turn("system", marked[0]),
        a_turn("user", *marked[1:3]),
        calls,
        results,
        a_turn("user", *marked[3:]),
        tools=(tool,),
    )
    marks = [block.get("cache_control") for message in body["messages"] for block in message["content"]]
    assert "cache_control" not in body["tools"][0] | body["system"][0]
    assert marks == [
        None,
        {"type": "ephemeral"},
        None,
        {"type": "ephemeral"},
        {"type": "ephemeral"},
        {"type": "ephemeral", "ttl": "1h"},
    ]


@pytest.mark.parametrize(
    ("facts", "tokens"),
    [
        ({}, 64_000),
        ({"model_id": "claude-3-haiku-20240307"}, 4_096),
        ({"defaults": {"most_tokens": 8_192}}, 8_192),
        ({"defaults": {"max_tokens": 100}}, 100),
        ({"defaults": {"most_tokens": 50}, "sampling": Sampling(max_tokens=100)}, 50),
        ({"sampling": Sampling(max_tokens=0)}, 0),
    ],
)
def test_anthropic_is_always_told_how_long_an_answer_may_be(facts: dict[str, Any], tokens: int) -> None:
    assert _body("Hi", **facts)["max_tokens"] == tokens


def test_a_stream_is_requested_and_fields_are_left_out_as_the_model_says() -> None:
    wire = write(
        MESSAGES, stream=True, sampling=Sampling(top_k=3), defaults={"drop": frozenset({"top_k"})}, model_id=OLD
    )
    assert (wire.body["stream"], "top_k" in wire.body, wire.ignored) == (True, False, ("top_k",))
