"""Responses, as adapters use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from adapters.providers.responses.completion import read_response
from adapters.providers.responses.pass_through import pass_through
from adapters.providers.responses.request import encode
from adapters.providers.responses.streaming import ResponseDecoder, is_plain
from application.prompts.conversation import Conversation, WireProtocol
from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class Responses(PromptProtocol):
    """Implements `PromptProtocol` for OpenAI's models, there or on Azure."""

    name: ClassVar[WireProtocol] = "responses"
    media: MediaSupport

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        # It takes addresses of documents and no sound, other than Chat Completions of the same provider.
        media = replace(self.media, fetches_documents=True, audio_formats=frozenset())
        return encode(conversation, request, media, stream=stream)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        return pass_through(body, request, stream=stream)

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_response(document, origin)

    def plain_events(self, sent: Mapping[str, Any]) -> Callable[[bytes], bool] | None:
        del sent
        return is_plain

    def decoder(self, origin: str) -> ResponseDecoder:
        return ResponseDecoder(origin)
