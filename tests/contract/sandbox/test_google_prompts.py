"""The official Google client's contents: functions over turns, signatures, thinking, formats, embeddings, refusals."""

import json
from typing import Any, Final

import aiohttp
import pytest
from google.genai import errors, types
from pydantic import BaseModel

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG, SandboxClient
from tests.contract.sandbox.sdks import google_client

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
NEW: Final = "gemini-3.8-flash"
WEATHER: Final = types.FunctionDeclaration(
    name="get_weather",
    parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
TOWNS: Final = types.FunctionDeclaration(name="list_towns")
TOOLS: Final = types.Tool(function_declarations=[WEATHER, TOWNS])
PLAIN: Final = types.AutomaticFunctionCallingConfig(disable=True)


async def _generate(
    sandbox: Sandbox,
    contents: Any = "Hello there",  # noqa: ANN401 - text or contents
    *,
    model: str = NEW,
    key: str = "valid",
    **config: Any,  # noqa: ANN401 - any setting
) -> types.GenerateContentResponse:
    async with google_client(sandbox, key).aio as client:
        settings = types.GenerateContentConfig(automatic_function_calling=PLAIN, **config)
        return await client.models.generate_content(model=model, contents=contents, config=settings)


def _content(answer: types.GenerateContentResponse) -> types.Content:
    assert answer.candidates
    assert answer.candidates[0].content
    return answer.candidates[0].content


def _parts(answer: types.GenerateContentResponse) -> list[types.Part]:
    return _content(answer).parts or []


def _said(text: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text)])


def _returned(**results: dict[str, Any]) -> types.Content:
    parts = [types.Part.from_function_response(name=name, response=value) for name, value in results.items()]
    return types.Content(role="user", parts=parts)


async def test_calls_functions_and_answers_with_their_results(sandbox: Sandbox) -> None:
    words = _said('call weather {"city": "Oslo"} and call towns')
    asked = await _generate(sandbox, words, tools=[TOOLS])
    assert [(call.name, call.args) for call in asked.function_calls or []] == [
        ("get_weather", {"city": "Oslo"}),
        ("list_towns", {}),
    ]
    assert [part.thought_signature is not None for part in _parts(asked)] == [True, False]
    assert (asked.candidates or [])[0].finish_reason == types.FinishReason.STOP
    results = _returned(get_weather={"output": {"temperature": 4}}, list_towns={"error": "no line"})
    answer = await _generate(sandbox, [words, _content(asked), results], tools=[TOOLS])
    assert answer.text == 'get_weather returned “{"temperature":4}”. list_towns failed with “no line”.'


async def test_streams_each_call_whole_and_the_finish_behind_them(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        config = types.GenerateContentConfig(tools=[TOOLS], automatic_function_calling=PLAIN)
        stream = await client.models.generate_content_stream(model=NEW, contents="call all", config=config)
        chunks = [chunk async for chunk in stream]
    assert [[call.name for call in chunk.function_calls or []] for chunk in chunks] == [
        ["get_weather"],
        ["list_towns"],
        [],
    ]
    assert [(chunk.candidates or [])[0].finish_reason for chunk in chunks] == [None, None, types.FinishReason.STOP]


async def test_signatures_are_wanted_back_by_the_third_generation(sandbox: Sandbox) -> None:
    words = _said("call towns")
    asked = await _generate(sandbox, words, tools=[TOOLS])
    call = types.Part(function_call=types.FunctionCall(name="list_towns", args={}))
    bare = types.Content(role="model", parts=[call])
    results = _returned(list_towns={"output": "Oslo"})
    with pytest.raises(errors.ClientError, match="missing a thought_signature"):
        await _generate(sandbox, [words, bare, results], tools=[TOOLS])
    dummy = types.Part(function_call=call.function_call, thought_signature=b"skip_thought_signature_validator")
    for content, model in ((types.Content(role="model", parts=[dummy]), NEW), (bare, "gemini-2.5-flash")):
        answer = await _generate(sandbox, [words, content, results], tools=[TOOLS], model=model)
        assert answer.text == "list_towns returned “Oslo”."
    # Earlier turns are not looked at.
    assert (await _generate(sandbox, [words, bare, results, _said("Hi")], tools=[TOOLS])).text
    with pytest.raises(errors.ClientError, match="Corrupted thought signature"):
        await _generate(sandbox, [words, _content(asked), results], tools=[TOOLS], key="other_account")


@pytest.mark.parametrize(
    ("mode", "allowed", "names"),
    [("AUTO", None, []), ("NONE", None, []), ("ANY", None, ["get_weather"]), ("ANY", ["list_towns"], ["list_towns"])],
)
async def test_calls_what_it_must(sandbox: Sandbox, mode: str, allowed: list[str] | None, names: list[str]) -> None:
    calling = types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode(mode), allowed_function_names=allowed)
    config = types.ToolConfig(function_calling_config=calling)
    answer = await _generate(sandbox, tools=[TOOLS], tool_config=config)
    assert [call.name for call in answer.function_calls or []] == names


class Town(BaseModel):
    name: str
    size: int


async def test_fills_a_schema(sandbox: Sandbox) -> None:
    for schema in ({"response_schema": Town}, {"response_json_schema": Town.model_json_schema()}):
        answer = await _generate(sandbox, response_mime_type="application/json", **schema)
        assert json.loads(answer.text or "") == {"name": "sample", "size": 1}


@pytest.mark.parametrize(
    ("model", "thinking", "tokens", "thought"),
    [
        (NEW, {"thinking_level": "LOW"}, 8, "Level: LOW"),
        ("gemini-2.5-flash", {"thinking_budget": 0}, None, None),
        ("gemini-2.5-flash", {"thinking_budget": 2048}, 16, "Budget: 2048"),
        ("gemini-2.5-pro", {}, 16, "Let me think about what was said."),
    ],
)
async def test_thinks_as_asked(
    sandbox: Sandbox, model: str, thinking: dict[str, Any], tokens: int | None, thought: str | None
) -> None:
    config = types.ThinkingConfig(include_thoughts=True, **thinking)
    answer = await _generate(sandbox, model=model, thinking_config=config)
    thoughts = [part.text for part in _parts(answer) if part.thought]
    assert len(thoughts) == (thought is not None)
    assert thought is None or thought in str(thoughts[0])
    usage = answer.usage_metadata
    assert usage is not None
    assert usage.thoughts_token_count == tokens
    assert usage.total_token_count == (usage.prompt_token_count or 0) + (usage.candidates_token_count or 0) + (
        tokens or 0
    )


async def test_signs_the_end_of_a_text(sandbox: Sandbox) -> None:
    answer = await _generate(sandbox)
    assert _parts(answer)[-1].thought_signature
    response = await _generate(sandbox, [_said("Hi"), _content(answer), _said("Again")])
    assert response.text == "You said “Again” (1 word)."


async def test_sees_an_image_in_a_result(sandbox: Sandbox) -> None:
    words = _said("call towns")
    asked = await _generate(sandbox, words, tools=[TOOLS])
    shown = types.FunctionResponsePart.from_bytes(data=PNG, mime_type="image/png")
    result = types.Part.from_function_response(name="list_towns", response={"output": "see"}, parts=[shown])
    history = [words, _content(asked), types.Content(role="user", parts=[result])]
    answer = await _generate(sandbox, history, tools=[TOOLS])
    assert answer.text == "list_towns returned “see”. I see 1 image: image/png, 70 bytes."


async def test_gives_several_answers_with_probabilities(sandbox: Sandbox) -> None:
    answer = await _generate(sandbox, model="gemini-2.0-flash", candidate_count=2, response_logprobs=True, logprobs=2)
    first, second = answer.candidates or []
    assert (first.index, second.index) == (0, 1)
    assert first.logprobs_result is not None
    tokens = first.logprobs_result.chosen_candidates or []
    assert "".join(token.token or "" for token in tokens) == answer.text


async def test_embeds(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        config = types.EmbedContentConfig(output_dimensionality=8, task_type="SEMANTIC_SIMILARITY")
        answer = await client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"], config=config)
        with pytest.raises(errors.ClientError, match="at most 100 requests can be in one batch"):
            await client.models.embed_content(model="gemini-embedding-001", contents=["a"] * 101)
    first, second = answer.embeddings or []
    assert len(first.values or []) == len(second.values or []) == 8
    assert first.values != second.values


def _body(**more: object) -> dict[str, object]:
    return {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **more}


def _function(**more: object) -> dict[str, object]:
    return _body(tools=[{"functionDeclarations": [{"name": "f", **more}]}])


_UNIQUE: Final = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_CALLED: Final = {"role": "model", "parts": [{"functionCall": {"name": "f"}}, {"functionCall": {"name": "f"}}]}
_ONE: Final = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}
_HELLO: Final = {"role": "user", "parts": [{"text": "Hello"}]}
_BOTH: Final = {"thinkingLevel": "LOW", "thinkingBudget": 100}


@pytest.mark.parametrize(
    ("model", "body", "words"),
    [
        (
            NEW,
            _function(parameters={"type": "object", "properties": {"a": {"type": "string"}, "b": _UNIQUE}}),
            (
                "Unknown name \"uniqueItems\" at 'tools[0].function_declarations[0].parameters.properties[1].value': "
                "Cannot find field."
            ),
        ),
        (NEW, _body(temperature=1), 'Unknown name "temperature": Cannot find field.'),
        (NEW, _body(generationConfig={"stop": []}), "Unknown name \"stop\" at 'generation_config'"),
        (NEW, _function(name="1f"), "Invalid function name. Must start with a letter or an underscore"),
        (NEW, {"contents": [_HELLO, _CALLED, _ONE]}, "number of function response parts is equal"),
        (NEW, {"contents": [_HELLO, _CALLED, _ONE, _ONE]}, "number of function response parts is equal"),
        (NEW, {"contents": [_HELLO, _ONE]}, "comes immediately after a function call turn"),
        (NEW, _body(generationConfig={"thinkingConfig": _BOTH}), "only one of thinking budget and thinking level"),
        (NEW, _body(generationConfig={"thinkingConfig": {"thinkingLevel": "MINIMAL"}}), "level MINIMAL is not support"),
        (
            "gemini-2.5-flash",
            _body(generationConfig={"thinkingConfig": {"thinkingLevel": "LOW"}}),
            "Thinking level is not supported",
        ),
        ("gemini-2.5-pro", _body(generationConfig={"thinkingConfig": {"thinkingBudget": 0}}), "Budget 0 is invalid"),
        (
            "gemini-2.5-flash",
            {**_function(), "generationConfig": {"responseMimeType": "application/json"}},
            "Function calling with a response mime type: 'application/json' is unsupported",
        ),
        (NEW, _body(generationConfig={"responseJsonSchema": {"type": "object"}}), "it must be application/json"),
        (
            NEW,
            {"contents": [{"parts": [{"text": "sandbox:too-long"}]}]},
            "exceeds the maximum number of tokens allowed (1048576)",
        ),
    ],
)
async def test_refuses_what_the_real_one_refuses(
    sandbox: Sandbox, http: aiohttp.ClientSession, model: str, body: dict[str, object], words: str
) -> None:
    answer = await SandboxClient(sandbox, http, "google").send("POST", f"/models/{model}:generateContent", body)
    assert (answer.status, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["error"]["message"]


async def test_takes_any_schema_as_json_schema(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    body = _function(parametersJsonSchema={"type": "object", "properties": {"b": _UNIQUE}})
    answer = await SandboxClient(sandbox, http, "google").send("POST", f"/models/{NEW}:generateContent", body)
    assert answer.status == 200
