"""Turns of a Messages request."""

from typing import Any

from adapters.providers.messages.content_blocks import (
    THOUGHTS,
    block_of,
    call_block,
    marked,
    result_block,
    thought_block,
)
from adapters.providers.messages.model_rules import ClaudeRules
from adapters.providers.prompting.tool_calls import split_results
from adapters.providers.prompting.tool_result_order import order_tool_results
from adapters.providers.prompting.unsupported_fields import Translation
from application.prompts.conversation import Conversation, Part, Reasoning, Text, ToolCall, Turn


def system_and_turns(conversation: Conversation) -> tuple[list[dict[str, Any]] | str, list[Turn]]:
    """Return what leads the conversation as `system`, and the turns; a later word of the system stays in its place."""
    turns = list(conversation.turns)
    leading: list[Part] = []
    while turns and turns[0].role == "system":
        leading += turns.pop(0).parts
    texts = [part for part in leading if isinstance(part, Text) and part.text]
    if not any(part.cache for part in texts):
        return "\n\n".join(part.text for part in texts), turns
    return [marked({"type": "text", "text": part.text}, part.cache) for part in texts], turns


def messages_of(turns: list[Turn], origin: str, rules: ClaudeRules, translation: Translation) -> list[dict[str, Any]]:
    """Return the turns as messages.

    Raises:
        InvalidInput: Anthropic does not take a part of them, or not in this order.
    """
    messages: list[dict[str, Any]] = []
    for turn in order_tool_results(turns):
        if turn.role == "system":
            _add_late_system(messages, turn, rules)
            continue
        blocks = _assistant_blocks(turn, origin, translation) if turn.role == "assistant" else _user_blocks(turn)
        # A turn that is left empty is dropped.
        if blocks:
            _append(messages, turn.role, blocks)
    if not any(message["role"] == "user" for message in messages):
        translation.refuse("messages", "Add a message of the user.")
    if messages[-1]["role"] == "assistant":
        _end_prefill(messages[-1], rules, translation)
    return messages


def _append(messages: list[dict[str, Any]], role: str, blocks: list[dict[str, Any]]) -> None:
    if messages and messages[-1]["role"] == role:
        messages[-1]["content"] += blocks
    else:
        messages.append({"role": role, "content": blocks})


def _add_late_system(messages: list[dict[str, Any]], turn: Turn, rules: ClaudeRules) -> None:
    words = "\n".join(part.text for part in turn.parts if isinstance(part, Text) and part.text)
    if words and rules.takes_late_system:
        messages.append({"role": "system", "content": words})
    elif words:
        _append(messages, "user", [{"type": "text", "text": f"<system>\n{words}\n</system>"}])


def _user_blocks(turn: Turn) -> list[dict[str, Any]]:
    results, parts = split_results(turn.parts)
    said = [block for part in parts if (block := block_of(part)) is not None]
    return [*(result_block(result) for result in results), *said]


def _assistant_blocks(turn: Turn, origin: str, translation: Translation) -> list[dict[str, Any]]:
    blocks = [block for part in turn.parts if (block := _assistant_block(part, origin, translation)) is not None]
    if blocks and blocks[0]["type"] not in THOUGHTS:
        # A client whose protocol has no place for thoughts among the words may send them last; here they come first.
        blocks.sort(key=lambda block: block["type"] not in THOUGHTS)
    return blocks


def _assistant_block(part: Part, origin: str, translation: Translation) -> dict[str, Any] | None:
    match part:
        case Reasoning():
            return thought_block(part, origin)
        case ToolCall():
            if part.is_custom:
                translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
            return call_block(part)
        case _:
            return block_of(part)


def _end_prefill(message: dict[str, Any], rules: ClaudeRules, translation: Translation) -> None:
    """Let a model that can continue with the assistant's last words do so; a blank at their end would be refused."""
    if not rules.continues_prefill:
        translation.refuse("messages", "This model does not continue a message of the assistant: end with the user's.")
    last = message["content"][-1]
    if last["type"] == "text" and last["text"].strip():
        last["text"] = last["text"].rstrip()
