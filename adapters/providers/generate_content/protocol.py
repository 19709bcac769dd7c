"""`generateContent`, as adapters use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from adapters.providers.generate_content.completion import ContentDecoder, read_content
from adapters.providers.generate_content.request import encode
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from application.prompts.conversation import Conversation, WireProtocol
from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class GenerateContent(PromptProtocol):
    """Implements `PromptProtocol` for Google's models. No client speaks it, so nothing is ever passed through."""

    name: ClassVar[WireProtocol] = "generate_content"

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        del stream  # The address decides which of the two it is.
        return encode(conversation, request)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        del request, stream
        return WireRequest(body=dict(body))

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_content(document, origin)

    def decoder(self, origin: str) -> ContentDecoder:
        return ContentDecoder(origin)
