"""A client's prompt, which is read when a provider needs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from application.prompts.conversation import Conversation, WireProtocol


@dataclass(slots=True, kw_only=True)
class LazyClientRequest:
    """Implements `ClientRequest` for a body that is read when a provider of another protocol needs it."""

    protocol: WireProtocol | None
    body: Mapping[str, Any] = field(repr=False)
    read: Callable[[Mapping[str, Any]], Conversation]
    is_stream: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    _conversation: Conversation | None = field(default=None, repr=False)

    def conversation(self) -> Conversation:
        """Return the conversation, in the shape for all protocols; read once."""
        if self._conversation is None:
            self._conversation = self.read(self.body)
        return self._conversation
