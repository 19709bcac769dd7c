"""Chat Completions, as adapters use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.providers.chat_completions.completion import read_completion
from adapters.providers.chat_completions.request import encode, pass_through
from adapters.providers.chat_completions.streaming import ChunkDecoder
from adapters.providers.chat_completions.thinking_parts import with_plain_contents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.providers.chat_completions.chat_options import ChatOptions
    from adapters.providers.prompting.parsed_completion import ParsedCompletion
    from adapters.providers.prompting.prompt_protocol import WireRequest
    from application.prompts.conversation import Conversation, WireProtocol
    from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class ChatCompletions:
    """Implements `PromptProtocol` for one service's way of speaking it."""

    options: ChatOptions

    @property
    def name(self) -> WireProtocol:
        return "chat_completions"

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        return encode(conversation, request, self.options, stream=stream)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        return pass_through(body, request, self.options, stream=stream)

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_completion(document, origin)

    def handed_on(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_plain_contents(document) if self.options.thoughts_in_content else document

    def decoder(self, origin: str) -> ChunkDecoder:
        return ChunkDecoder(origin)
