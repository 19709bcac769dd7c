"""A conversation with tools, files and thoughts, written as Chat Completions."""

from typing import Any

import pytest

from application.errors import InvalidInput, UnsupportedInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
    Untranslatable,
)
from tests.fakes.client import a_turn
from tests.unit.providers.prompted_providers import ORIGIN, PIXEL, Prompted, a_prompt

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = Tool(name="weather", description="Tells it.", parameters=SCHEMA)
CLOCK = Tool(name="clock")


async def sent(prompted: Prompted | None = None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - of a conversation
    body: dict[str, Any] = await (prompted or Prompted("openai")).sent(a_prompt(**facts))
    return body


async def messages(*turns: Turn, prompted: Prompted | None = None) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = (await sent(prompted, turns=turns))["messages"]
    return written


async def test_calls_and_their_results() -> None:
    long_id = "toolu." + "x" * 100
    calls = (
        ToolCall(id="c1", name="weather", arguments='{"city":"Rome"}'),
        ToolCall(id=long_id, name="clock", arguments=""),
    )
    results = (
        ToolResult(call_id="c1", parts=(Text(text="Sunny"),)),
        ToolResult(call_id=long_id, parts=(Text(text="No clock"),), is_error=True),
    )
    user, assistant, first, second, thanks = await messages(
        a_turn("user", "Hello"), a_turn("assistant", *calls), a_turn("user", *results, "Thanks")
    )
    assert (user, thanks) == ({"role": "user", "content": "Hello"}, {"role": "user", "content": "Thanks"})
    assert (assistant["role"], assistant["content"]) == ("assistant", None)
    (rome, now) = assistant["tool_calls"]
    assert rome == {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
    assert now["function"] == {"name": "clock", "arguments": "{}"}
    assert len(now["id"]) <= 64
    assert first == {"role": "tool", "tool_call_id": "c1", "content": "Sunny"}
    assert (second["role"], second["tool_call_id"]) == ("tool", now["id"])
    assert "No clock" in second["content"]


async def test_pictures_in_results_follow_after_the_last_of_them() -> None:
    picture = Image(media_type="image/png", data=PIXEL)
    calls = (ToolCall(id="a", name="see", arguments="{}"), ToolCall(id="b", name="see", arguments="{}"))
    note = Document(text="Wet.", title="Report")
    results = (ToolResult(call_id="a", parts=(picture,)), ToolResult(call_id="b", parts=(Text(text="Dark"), note)))
    _, _, first, second, shown = await messages(
        a_turn("user", "Look"), a_turn("assistant", *calls), a_turn("user", *results)
    )
    assert [first["role"], second["role"], shown["role"]] == ["tool", "tool", "user"]
    assert (first["content"], second["content"]) == (
        "(The result of the tool is in the next message.)",
        "Dark\nReport\n\nWet.",
    )
    assert len(shown["content"]) == 1
    assert shown["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")


async def test_words_refusals_and_thoughts_of_the_model_in_history() -> None:
    thought = Reasoning(text="Hm.", signature="sealed", origin=ORIGIN)
    turn = a_turn("assistant", thought, "Well,", Refusal(text="I cannot."))
    (_, of_openai) = await messages(a_turn("user", "Hello"), turn)
    assert of_openai == {"role": "assistant", "content": "Well,", "refusal": "I cannot."}
    (_, of_others) = await messages(a_turn("user", "Hello"), turn, prompted=Prompted("openai_compatible"))
    assert of_others == {"role": "assistant", "content": "Well,I cannot."}
    call = a_turn("assistant", thought, ToolCall(id="c", name="clock", arguments="{}"))
    result = a_turn("user", ToolResult(call_id="c", parts=(Text(text="Noon"),)))
    deepseek = Prompted("openai_compatible", preset="deepseek")
    (_, of_deepseek, _) = await messages(a_turn("user", "Hello"), call, result, prompted=deepseek)
    assert of_deepseek["reasoning_content"] == "Hm."


async def test_thoughts_of_another_account_are_not_handed_to_openrouter() -> None:
    details = '[{"type":"reasoning.encrypted","data":"xyz"}]'
    for origin, kept in ((ORIGIN, True), ("another:model", False)):
        thought = Reasoning(text="Hm.", encrypted=details, origin=origin)
        prompted = Prompted("openai_compatible", preset="openrouter")
        (_, said) = await messages(a_turn("user", "Hello"), a_turn("assistant", thought, "Hi"), prompted=prompted)
        assert ("reasoning_details" in said) is kept
    for changed in ("{", "7"):
        thought = Reasoning(text="Hm.", encrypted=changed, origin=ORIGIN)
        prompted = Prompted("openai_compatible", preset="openrouter")
        (_, said) = await messages(a_turn("user", "Hello"), a_turn("assistant", thought, "Hi"), prompted=prompted)
        assert "reasoning_details" not in said


async def test_tools_and_how_they_are_to_be_used() -> None:
    body = await sent(tools=(WEATHER, CLOCK), tool_choice=ToolChoice(mode="auto"), parallel_tool_calls=False)
    weather = {"name": "weather", "description": "Tells it.", "parameters": SCHEMA}
    assert body["tools"] == [
        {"type": "function", "function": weather},
        {"type": "function", "function": {"name": "clock"}},
    ]
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", False)
    none = await sent(tool_choice=ToolChoice(mode="required"), parallel_tool_calls=True)
    assert not none.keys() & {"tools", "tool_choice", "parallel_tool_calls"}


@pytest.mark.parametrize(
    ("choice", "of_openai", "of_others", "left"),
    [
        (ToolChoice(mode="none"), "none", "none", 2),
        (ToolChoice(mode="required"), "required", "required", 2),
        (
            ToolChoice(mode="required", names=("clock",)),
            {"type": "function", "function": {"name": "clock"}},
            {"type": "function", "function": {"name": "clock"}},
            2,
        ),
        (
            ToolChoice(mode="auto", names=("clock",)),
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "clock"}}]},
            },
            "auto",
            1,
        ),
    ],
)
async def test_some_tools_alone(choice: ToolChoice, of_openai: object, of_others: object, left: int) -> None:
    body = await sent(tools=(WEATHER, CLOCK), tool_choice=choice)
    assert (body["tool_choice"], len(body["tools"])) == (of_openai, 2)
    body = await sent(Prompted("openai_compatible"), tools=(WEATHER, CLOCK), tool_choice=choice)
    assert (body["tool_choice"], len(body["tools"])) == (of_others, left)


async def test_free_text_tools() -> None:
    grammar = {"type": "text"}
    tool = Tool(name="sql", is_custom=True, grammar=grammar)
    call = ToolCall(id="c", name="sql", arguments="select 1", is_custom=True)
    body = await sent(tools=(tool,), turns=(a_turn("user", "Hello"), a_turn("assistant", call)))
    assert body["tools"] == [{"type": "custom", "custom": {"name": "sql", "format": grammar}}]
    (written,) = body["messages"][1]["tool_calls"]
    assert written == {"id": "c", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}


async def test_what_the_answer_must_be() -> None:
    schema = OutputFormat(kind="json_schema", schema=SCHEMA, strict=True)
    assert (await sent(output_format=schema))["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
    }
    body = await sent(output_format=OutputFormat(kind="json_object"))
    assert body["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    ("options", "effort"),
    [
        (ReasoningOptions(effort="high"), "high"),
        (ReasoningOptions(budget_tokens=9_000), "medium"),
        (ReasoningOptions(budget_tokens=0), "none"),
        (ReasoningOptions(budget_tokens=-1), None),
        (None, "low"),
    ],
)
async def test_how_much_to_think(options: ReasoningOptions | None, effort: str | None) -> None:
    assert (await sent(reasoning=options, default_reasoning_effort="low")).get("reasoning_effort") == effort


async def test_files_and_sound() -> None:
    pdf = Document(media_type="application/pdf", data=PIXEL, filename="a.pdf")
    note = Document(text="Wet.", title="Report", context="Of Monday")
    (message,) = await messages(a_turn("user", "Read", pdf, note, Audio(format="wav", data=PIXEL)))
    _, file, words, sound = message["content"]
    assert file["file"] == {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"}
    assert words == {"type": "text", "text": "Report\n\nOf Monday\n\nWet."}
    assert sound == {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}}
    for part in (
        Document(url="https://files.example/a.pdf"),
        Document(media_type="text/csv", data=PIXEL),
        Audio(format="ogg", data=PIXEL),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await messages(a_turn("user", part))
        assert refusal.value.pointer == "/messages"


async def test_fields_that_only_tune_are_openais_own() -> None:
    options = {"user": "u", "service_tier": "flex", "cache_key": "k", "verbosity": "low"}
    body = await sent(options=options)
    named = {"user": "u", "service_tier": "flex", "prompt_cache_key": "k", "verbosity": "low"}
    assert {name: body.get(name) for name in named} == named
    other = await sent(Prompted("openai_compatible"), options=options)
    assert {name: other.get(name) for name in named} == {"user": "u"} | dict.fromkeys(list(named)[1:])


async def test_what_was_found_untranslatable_is_refused() -> None:
    found = Untranslatable(field="tools[0]", message="Leave it out.")
    with pytest.raises(UnsupportedInput, match="Leave it out") as refusal:
        await sent(untranslatable=(found,))
    assert refusal.value.pointer == "/tools/0"
