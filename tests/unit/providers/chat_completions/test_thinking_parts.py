"""Thoughts among the parts of a content, as Mistral writes them, reach a client that reads a content as a text."""

from typing import Any, Final

import orjson

from tests.unit.providers.prompted_providers import EVENTS, Prompted, handed_on, passed_on

THINKING: Final = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
WORDS: Final = {"type": "text", "text": "Hi"}
HELLO: Final = {"messages": [{"role": "user", "content": "Hello"}]}


def mistral() -> Prompted:
    return Prompted("openai_compatible", preset="mistral")


def an_answer(content: object) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "tool_calls": None}
    return {"id": "1", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


async def test_a_whole_answer_has_a_text_and_the_thoughts_beside_it() -> None:
    completion = await mistral().completed(an_answer([THINKING, WORDS]), passed_on("chat_completions", HELLO))
    assert completion.native is not None
    (choice,) = completion.native["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": "Hi",
        "tool_calls": None,
        "reasoning_content": "Hm.",
    }


async def test_an_answer_with_a_text_is_handed_on_as_it_is() -> None:
    answer = an_answer("Hi")
    assert (await mistral().completed(answer, passed_on("chat_completions", HELLO))).native == answer


async def test_a_service_that_writes_texts_is_left_alone() -> None:
    answer = an_answer([THINKING, WORDS])
    response = await Prompted("openai_compatible").completed(answer, passed_on("chat_completions", HELLO))
    assert response.native == answer


async def test_a_streamed_answer_has_texts_too() -> None:
    deltas = ([THINKING], [WORDS], "!")
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}]} for content in deltas
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    stream = b"".join(b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
    request = passed_on("chat_completions", HELLO)
    events = await mistral().events(stream, request=request, headers=EVENTS)
    reported = [orjson.loads(line[6:]) for line in handed_on(events).splitlines() if line]
    assert [chunk["choices"][0]["delta"] for chunk in reported] == [
        {"content": None, "reasoning_content": "Hm."},
        {"content": "Hi"},
        {"content": "!"},
        {},
    ]


async def test_thoughts_that_a_client_hands_back_are_parts_again() -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    said: list[dict[str, Any]] = [
        {"role": "user", "content": "Hello", "reasoning_content": "not the model's"},
        {"role": "assistant", "content": "Hi", "reasoning_content": "Hm."},
        {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": calls},
        {"role": "assistant", "content": [WORDS], "reasoning_content": ""},
    ]
    sent = await mistral().sent(passed_on("chat_completions", {"messages": said}))
    assert sent["messages"] == [
        said[0],
        {"role": "assistant", "content": [THINKING, WORDS]},
        {"role": "assistant", "content": [THINKING], "tool_calls": calls},
        {"role": "assistant", "content": [WORDS]},
    ]
