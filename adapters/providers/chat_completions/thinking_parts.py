"""Thoughts that are parts of a content, as Mistral writes them, for clients that read a content as a text.

The field `reasoning_content` is where those that show thoughts look for them (docs.mistral.ai/capabilities/reasoning
has the parts).
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.chat_completions.completion import content_text, thinking_text
from adapters.providers.json_values import mapping, objects

_FIELD: Final = "reasoning_content"


def with_plain_contents(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a completion or a chunk with texts as contents, and the thoughts beside them; the same if it has these."""
    choices = list(objects(document.get("choices")))
    if not any(isinstance(_message_of(choice).get("content"), list) for choice in choices):
        return document
    return {**document, "choices": [_plain(choice) for choice in choices]}


def with_thinking_parts(messages: object) -> object:
    """Return messages of a client with the thoughts that it hands back where the service has them."""
    if not isinstance(messages, list):
        return messages
    return [_parted(message) if isinstance(message, dict) else message for message in messages]


def _message_of(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(choice.get("message") or choice.get("delta"))


def _plain(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    message = _message_of(choice)
    if not isinstance(message.get("content"), list):
        return choice
    words, thoughts = content_text(message), thinking_text(message)
    content = words or (None if thoughts and "delta" in choice else "")
    plain = {**message, "content": content, **({_FIELD: thoughts} if thoughts else {})}
    return {**choice, "message" if choice.get("message") else "delta": plain}


def _parted(message: Mapping[str, Any]) -> Mapping[str, Any]:
    thoughts = message.get(_FIELD)
    if message.get("role") != "assistant" or not isinstance(thoughts, str):
        return message
    rest = {name: value for name, value in message.items() if name != _FIELD}
    content = message.get("content")
    if not thoughts or isinstance(content, list):
        return rest
    parts: list[Any] = [{"type": "thinking", "thinking": [{"type": "text", "text": thoughts}]}]
    if isinstance(content, str) and content:
        parts.append({"type": "text", "text": content})
    return {**rest, "content": parts}
