"""Thinking in Messages: by model, by budget and effort, signed, and checked when it comes back."""

from typing import Any, Final

import anthropic
import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sdks import anthropic_client

TOWNS: Final[Any] = {"name": "list_towns", "input_schema": {"type": "object"}}
ADAPTIVE: Final[Any] = {"type": "adaptive", "display": "summarized"}
BUDGET: Final = {"type": "enabled", "budget_tokens": 1024}


async def _create(sandbox: Sandbox, model: str, content: Any = "Hello there", **more: Any) -> Any:  # noqa: ANN401 - any parameter
    messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
    async with anthropic_client(sandbox) as client:
        return await client.messages.create(**{"model": model, "max_tokens": 2000, "messages": messages, **more})


def _blocks(message: Any) -> list[Any]:  # noqa: ANN401 - a message
    return [block.model_dump(exclude_none=True) for block in message.content]


def _answered(first: Any, blocks: list[Any], words: str = "think and call towns") -> list[Any]:  # noqa: ANN401 - a message
    call = next(block for block in first.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "Oslo"}
    turns = [("user", words), ("assistant", blocks), ("user", [result])]
    return [{"role": role, "content": content} for role, content in turns]


@pytest.mark.parametrize(
    ("model", "more", "thought"),
    [
        ("claude-haiku-4-5", {}, None),
        ("claude-haiku-4-5", {"thinking": BUDGET}, "Let me think about what was said. Budget: 1024."),
        ("claude-sonnet-4-6", {"thinking": ADAPTIVE}, "Let me think about what was said."),
        (
            "claude-opus-4-7",
            {"thinking": ADAPTIVE, "output_config": {"effort": "xhigh"}},
            "Let me think about what was said. Effort: xhigh.",
        ),
        ("claude-opus-5", {"output_config": {"effort": "low"}}, ""),
        ("claude-sonnet-5", {"thinking": {"type": "disabled"}}, None),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}, None),
    ],
)
async def test_thinks_as_asked(sandbox: Sandbox, model: str, more: dict[str, Any], thought: str | None) -> None:
    answer = await _create(sandbox, model, **more)
    thoughts = [block.thinking for block in answer.content if block.type == "thinking"]
    assert thoughts == ([] if thought is None else [thought])
    details = answer.usage.output_tokens_details
    assert (details is not None and details.thinking_tokens > 0) is (thought is not None)


@pytest.mark.parametrize(
    ("model", "more", "words"),
    [
        ("claude-opus-4-7", {"thinking": BUDGET}, '"thinking.type.enabled" is not supported for this model'),
        ("claude-haiku-4-5", {"thinking": {**BUDGET, "budget_tokens": 100}}, "greater than or equal to 1024"),
        ("claude-haiku-4-5", {"thinking": {**BUDGET, "budget_tokens": 2000}}, "`max_tokens` must be greater"),
        ("claude-haiku-4-5", {"thinking": {"type": "adaptive"}}, "adaptive thinking is not supported"),
        ("claude-fable-5-2", {"thinking": {"type": "disabled"}}, '"thinking.type.disabled" is not supported'),
        ("claude-opus-5-5", {"thinking": {"type": "disabled"}}, '"thinking.type.disabled" is not supported'),
        ("claude-opus-5", {"thinking": {"type": "between_tools"}}, '"thinking.type.between_tools" is not supported'),
        ("claude-sonnet-4-6", {"output_config": {"effort": "xhigh"}}, "'medium', 'high' or 'max'"),
        (
            "claude-haiku-4-5",
            {"thinking": BUDGET, "tools": [TOWNS], "tool_choice": {"type": "any"}},
            "Thinking may not be enabled when tool_choice forces tool use",
        ),
        (
            "claude-opus-5-5",
            {"tools": [TOWNS], "tool_choice": {"type": "any"}},
            "Thinking may not be enabled when tool_choice forces tool use",
        ),
    ],
)
async def test_refuses_to_think_as_asked(sandbox: Sandbox, model: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        await _create(sandbox, model, **more)
    assert words in str(refused.value.body)


@pytest.mark.parametrize("thinking", [ADAPTIVE, {"type": "adaptive", "display": "omitted"}])
async def test_takes_its_thoughts_back(sandbox: Sandbox, thinking: dict[str, Any]) -> None:
    words = "call towns sandbox:redacted"
    first = await _create(sandbox, "claude-opus-5-5", words, thinking=thinking, tools=[TOWNS])
    assert [block.type for block in first.content] == ["thinking", "redacted_thinking", "tool_use"]
    answer = await _create(
        sandbox, "claude-opus-5-5", _answered(first, _blocks(first), words), thinking=thinking, tools=[TOWNS]
    )
    assert answer.content[-1].text == "list_towns returned “Oslo”."


async def test_a_thought_that_was_changed_is_refused(sandbox: Sandbox) -> None:
    first = await _create(sandbox, "claude-opus-4-8", "call towns", thinking=ADAPTIVE, tools=[TOWNS])
    for name, value, words in (
        ("thinking", "I never thought that", "cannot be modified"),
        ("signature", "EqQBxyz", "Invalid `signature` in `thinking` block"),
    ):
        blocks = _blocks(first)
        blocks[0][name] = value
        with pytest.raises(anthropic.BadRequestError) as refused:
            await _create(sandbox, "claude-opus-4-8", _answered(first, blocks, "call towns"), tools=[TOWNS])
        assert words in str(refused.value.body)
    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        await _create(sandbox, "claude-opus-4-7", _answered(first, _blocks(first), "call towns"), tools=[TOWNS])


async def test_with_a_budget_the_thought_must_come_back(sandbox: Sandbox) -> None:
    first = await _create(sandbox, "claude-haiku-4-5", "call towns", thinking=BUDGET, tools=[TOWNS])
    history = _answered(first, _blocks(first)[1:])
    with pytest.raises(anthropic.BadRequestError, match="Expected `thinking` or `redacted_thinking`, but found"):
        await _create(sandbox, "claude-haiku-4-5", history, thinking=BUDGET, tools=[TOWNS])


@pytest.mark.parametrize(("model", "bound"), [("claude-sonnet-5-5", True), ("claude-sonnet-5", False)])
async def test_the_newest_models_bind_thoughts_to_what_came_before(
    sandbox: Sandbox, model: str, *, bound: bool
) -> None:
    asked = await _create(sandbox, model, "think and call towns", tools=[TOWNS])
    history = _answered(asked, _blocks(asked))
    assert (await _create(sandbox, model, history, tools=[TOWNS])).stop_reason == "end_turn"
    if bound:
        with pytest.raises(anthropic.BadRequestError, match="what comes before it has changed"):
            await _create(sandbox, model, history, tools=[TOWNS], system="Be brief")
    else:
        assert (await _create(sandbox, model, history, tools=[TOWNS], system="Be brief")).stop_reason == "end_turn"


async def test_streams_a_thought_and_its_signature_in_its_own_block(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        stream = await client.messages.create(
            model="claude-opus-5",
            max_tokens=2000,
            messages=[{"role": "user", "content": "call towns sandbox:interleaved"}],
            thinking={"type": "adaptive", "display": "summarized"},
            tools=[TOWNS],
            stream=True,
        )
        events: list[Any] = [event async for event in stream]
    started = [event.content_block.type for event in events if event.type == "content_block_start"]
    assert started == ["thinking", "text", "thinking", "tool_use"]
    kinds = {event.index: event.delta.type for event in events if event.type == "content_block_delta"}
    assert kinds == {0: "signature_delta", 1: "text_delta", 2: "signature_delta", 3: "input_json_delta"}
    assert sum(1 for event in events if event.type == "message_start") == 1
