"""A prompt of a client, without an API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from application.prompts.conversation import Conversation, Image, Part, Text, Turn, WireProtocol


@dataclass(frozen=True, kw_only=True)
class FakeClient:
    """Implements `ClientRequest`: asks the conversation, or hands its body through to the same protocol."""

    asked: Conversation | None = field(default=None, repr=False)
    protocol: WireProtocol | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_stream: bool = False

    def conversation(self) -> Conversation:
        assert self.asked is not None, "nobody but a provider of the same protocol can be asked this"
        return self.asked


def a_turn(role: Literal["system", "user", "assistant"], *parts: str | Part) -> Turn:
    return Turn(role=role, parts=tuple(Text(text=part) if isinstance(part, str) else part for part in parts))


def a_conversation(*parts: str | Image, **facts: Any) -> Conversation:  # noqa: ANN401 - the fields of a conversation
    """Return what a user asks in one turn."""
    turns = facts.pop("turns", None) or (a_turn("user", *(parts or ("Hello",))),)
    return Conversation(turns=turns, **facts)
