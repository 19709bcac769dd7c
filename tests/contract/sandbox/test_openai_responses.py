"""The official OpenAI client's responses: items over turns, reasoning handed back, events, refusals."""

import json
from typing import Any, Final

import openai
import pytest
from pydantic import BaseModel

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT
from tests.contract.sandbox.sdks import openai_client

WEATHER: Final[Any] = {
    "type": "function",
    "name": "get_weather",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CODE: Final[Any] = {"type": "custom", "name": "run_code"}
SUMMARY: Final[Any] = {"effort": "high", "summary": "auto"}


async def _create(sandbox: Sandbox, given: Any = "Hello there", *, key: str = "valid", **more: Any) -> Any:  # noqa: ANN401 - any parameter
    async with openai_client(sandbox, key) as client:
        return await client.responses.create(**{"model": "gpt-5.6", "input": given, "store": False, **more})


def _items(response: Any) -> list[Any]:  # noqa: ANN401 - a response
    return [item.model_dump(exclude_none=True) for item in response.output]


async def test_calls_tools_and_takes_its_reasoning_back(sandbox: Sandbox) -> None:
    words = {"role": "user", "content": 'call weather {"city": "Oslo"} and call run_code "1 + 1"'}
    asked = await _create(sandbox, [words], tools=[WEATHER, CODE], reasoning=SUMMARY)
    reasoning, weather, code = asked.output
    assert reasoning.summary[0].text == "Let me think about what was said. Effort: high."
    assert (weather.name, json.loads(weather.arguments), code.input) == ("get_weather", {"city": "Oslo"}, "1 + 1")
    assert (asked.status, asked.usage.output_tokens_details.reasoning_tokens) == ("completed", 32)
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG_TEXT}", "detail": "auto"}
    results = [
        {"type": "function_call_output", "call_id": weather.call_id, "output": [image]},
        {"type": "custom_tool_call_output", "call_id": code.call_id, "output": "2"},
    ]
    answer = await _create(sandbox, [words, *_items(asked), *results], tools=[WEATHER, CODE])
    assert answer.output_text == "get_weather returned “”. run_code returned “2”. I see 1 image: image/png, 70 bytes."


@pytest.mark.parametrize(("key", "model"), [("other_account", "gpt-5.6"), ("valid", "gpt-5.5")])
async def test_reasoning_of_another_account_or_model_is_refused(sandbox: Sandbox, key: str, model: str) -> None:
    first = await _create(sandbox)
    assert [item.type for item in first.output] == ["reasoning", "message"]
    again = [{"role": "user", "content": "Hello"}, *_items(first), {"role": "user", "content": "Again"}]
    assert (await _create(sandbox, again)).output_text == "You said “Again” (1 word)."
    with pytest.raises(openai.BadRequestError, match="could not be verified") as refused:
        await _create(sandbox, again, key=key, model=model)
    assert refused.value.code == "invalid_encrypted_content"


async def test_streams_what_it_answers_whole(sandbox: Sandbox) -> None:
    async with (
        openai_client(sandbox) as client,
        client.responses.stream(model="gpt-5.6", input="call all", tools=[WEATHER, CODE], reasoning=SUMMARY) as stream,
    ):
        events = [event async for event in stream]
        final = await stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [item.type for item in final.output] == ["reasoning", "function_call", "custom_tool_call"]
    indexes = [event.output_index for event in events if hasattr(event, "output_index")]
    assert indexes == sorted(indexes)
    assert events[-1].type == "response.completed"


class Town(BaseModel):
    name: str
    size: int


async def test_fills_a_schema(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        answer = await client.responses.parse(model="gpt-4o", input="A town", text_format=Town)
    assert answer.output_parsed == Town(name="sample", size=1)


async def test_ends_before_its_time(sandbox: Sandbox) -> None:
    cut = await _create(sandbox, "sandbox:words=50", max_output_tokens=20, model="gpt-4o")
    assert (cut.status, cut.incomplete_details.reason, cut.usage.output_tokens) == (
        "incomplete",
        "max_output_tokens",
        20,
    )
    blocked = await _create(sandbox, "sandbox:refuse", model="gpt-4o")
    assert (blocked.status, blocked.incomplete_details.reason) == ("incomplete", "content_filter")
    failed = await _create(sandbox, "sandbox:finish=failed", model="gpt-4o")
    assert (failed.status, failed.error.code) == ("failed", "server_error")
    declined = await _create(sandbox, "sandbox:decline", model="gpt-4o")
    assert declined.output[0].content[0].refusal == "I cannot help with that."


async def test_counts_what_it_would_read(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        counted = await client.responses.input_tokens.count(model="gpt-4o", input="Hello there")
    assert counted.input_tokens == (await _create(sandbox, model="gpt-4o")).usage.input_tokens


async def test_raises_for_an_error_inside_a_stream(sandbox: Sandbox) -> None:
    async with openai_client(sandbox, "overloaded_mid_stream") as client:
        stream = await client.responses.create(model="gpt-4o", input="Hello", stream=True)
        with pytest.raises(openai.APIError, match="overloaded"):
            async for _ in stream:
                pass


async def test_says_in_a_stream_that_the_input_is_too_long(sandbox: Sandbox) -> None:
    async with openai_client(sandbox, "context_length_mid_stream") as client:
        stream = await client.responses.create(model="gpt-4o", input="Hello", stream=True)
        events: list[Any] = [event async for event in stream]
    assert (events[-1].type, events[-1].response.error.code) == ("response.failed", "context_length_exceeded")


CALL: Final = {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{}"}
OUTPUT: Final = {"type": "function_call_output", "call_id": "c1", "output": "4"}
USER: Final = {"role": "user", "content": "Hello"}
MINE: Final = {"role": "assistant", "content": [{"type": "input_text", "text": "Hi"}]}
BARE: Final = {"type": "reasoning", "id": "rs_1", "summary": []}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input": [USER, CALL]}, "No tool output found for function call c1"),
        ({"input": [USER, OUTPUT]}, "No tool call found for function call output with call_id c1"),
        ({"input": [MINE, USER]}, "Supported values are: 'output_text' and 'refusal'"),
        ({"input": [USER, BARE]}, "was provided without its required following item"),
        ({"max_output_tokens": 8}, "Expected a value >= 16, but got 8"),
        ({"previous_response_id": "resp_1"}, "Previous response with id 'resp_1' not found"),
        ({"reasoning": {"effort": "minimal"}}, "'reasoning.effort' does not support 'minimal'"),
        ({"temperature": 0.3}, "'temperature' does not support 0.3"),
        ({"model": "gpt-4o", "reasoning": {"effort": "low"}}, "'reasoning.effort' is not supported with this model"),
        ({"tools": [{**WEATHER, "strict": True}]}, "'additionalProperties' is required"),
        ({"input": "sandbox:too-long"}, "Your input exceeds the context window of this model"),
    ],
)
async def test_refuses_what_the_real_one_refuses(sandbox: Sandbox, more: dict[str, Any], words: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await _create(sandbox, more.get("input", "Hello"), **more)
    assert words in refused.value.message


async def test_keeps_no_response(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve("resp_1")
        with pytest.raises(openai.NotFoundError):
            await client.responses.delete("resp_1")


async def test_azure_serves_it_by_the_deployments_name(sandbox: Sandbox) -> None:
    client = openai.AsyncAzureOpenAI(
        azure_endpoint=sandbox.endpoint("azure"), api_key=sandbox.key("azure"), api_version="2025-04-01-preview"
    )
    async with client:
        answer = await client.responses.create(model="reasoner", input="Hello there")
        vectors = await client.embeddings.create(model="embeddings", input="Hello")
    assert (answer.output_text, answer.model) == ("You said “Hello there” (2 words).", "gpt-5-2025-08-07")
    assert len(vectors.data) == 1
