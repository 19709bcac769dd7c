"""`generateContent`, as adapters use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.providers.generate_content.completion import ContentDecoder, read_content
from adapters.providers.generate_content.request import encode
from adapters.providers.prompting.prompt_protocol import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.providers.prompting.parsed_completion import ParsedCompletion
    from application.prompts.conversation import Conversation, WireProtocol
    from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class GenerateContent:
    """Implements `PromptProtocol` for Google's models. No door speaks it, so nothing is ever passed through."""

    @property
    def name(self) -> WireProtocol:
        return "generate_content"

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        del stream  # The address decides which of the two it is.
        return encode(conversation, request)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        del request, stream
        return WireRequest(body=dict(body))

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_content(document, origin)

    def observe(self, document: Mapping[str, Any]) -> ParsedCompletion | None:
        return read_content(document, "")

    @property
    def end_mark(self) -> bytes:
        return b""

    def handed_on(self, document: Mapping[str, Any], asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
        del asked
        return document

    def plain_events(self, sent: Mapping[str, Any]) -> Callable[[bytes], bool] | None:
        del sent
        return None

    def decoder(self, origin: str) -> ContentDecoder:
        return ContentDecoder(origin)
