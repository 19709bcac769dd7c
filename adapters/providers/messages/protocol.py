"""Messages, as adapters use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from adapters.providers.messages.completion import read_message
from adapters.providers.messages.pass_through import pass_through
from adapters.providers.messages.request import encode
from adapters.providers.messages.streaming import STOP, MessageDecoder, is_plain
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from application.prompts.conversation import Conversation, WireProtocol
from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class Messages(PromptProtocol):
    """Implements `PromptProtocol` for a version of Anthropic's API.

    `default_max_tokens` is requested where neither the client nor anything known of the model gives a number.
    """

    name: ClassVar[WireProtocol] = "messages"
    end_mark: ClassVar[bytes] = STOP
    version: str
    default_max_tokens: int | None = None

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        return encode(conversation, request, self.version, self.default_max_tokens, stream=stream)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        return pass_through(body, request, self.version, self.default_max_tokens, stream=stream)

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_message(document, origin)

    def plain_events(self, sent: Mapping[str, Any]) -> Callable[[bytes], bool] | None:
        del sent
        return is_plain

    def decoder(self, origin: str) -> MessageDecoder:
        return MessageDecoder(origin)
