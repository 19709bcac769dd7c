"""Chat Completions, as adapters use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.chat_completions.completion import observe_completion, read_completion
from adapters.providers.chat_completions.refused_fields import refused_field, without_field
from adapters.providers.chat_completions.request import encode, pass_through
from adapters.providers.chat_completions.streaming import ChunkDecoder, is_plain
from adapters.providers.chat_completions.thinking_parts import with_plain_contents
from adapters.providers.error_mapping.error_details import ErrorDetails
from adapters.providers.json_values import mapping
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from application.prompts.conversation import Conversation, WireProtocol
from application.prompts.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class ChatCompletions(PromptProtocol):
    """Implements `PromptProtocol` for one service's way of speaking it.

    Where `learn` is given, a field that the server turns out not to know is left out or renamed, and the request sent
    once more; `learn` receives its name when that has helped.
    """

    name: ClassVar[WireProtocol] = "chat_completions"
    options: ChatOptions
    learn: Callable[[str], None] | None = field(default=None, repr=False)

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        return self._adaptable(lambda options: encode(conversation, request, options, stream=stream), self.options)

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        if self.learn is None:
            return pass_through(body, request, self.options, stream=stream)
        return self._adaptable(lambda options: pass_through(body, request, options, stream=stream), self.options)

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        return read_completion(document, origin)

    def observe(self, document: Mapping[str, Any]) -> ParsedCompletion | None:
        return observe_completion(document)

    def handed_on(self, document: Mapping[str, Any], asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
        # The usage is requested for every stream, and not every client has requested it.
        is_usage_alone = document.get("choices") == [] and document.get("usage") is not None
        if is_usage_alone and mapping(asked.get("stream_options")).get("include_usage") is not True:
            return None
        return with_plain_contents(document) if self.options.thoughts_in_content else document

    def plain_events(self, sent: Mapping[str, Any]) -> Callable[[bytes], bool] | None:
        return None if self.options.thoughts_in_content or sent.get("n") not in {None, 1} else is_plain

    def decoder(self, origin: str) -> ChunkDecoder:
        return ChunkDecoder(origin)

    def _adaptable(
        self, write: Callable[[ChatOptions], WireRequest], options: ChatOptions, left_out: tuple[str, ...] = ()
    ) -> WireRequest:
        """Return the request with what to do when the server refuses a field of it; each field is left out once."""
        written, learn = write(options), self.learn
        if learn is None:
            return written

        def without_refused(details: ErrorDetails) -> WireRequest | None:
            refused = refused_field(details, written.body)
            if refused is None or refused in left_out:
                return None
            return self._adaptable(write, without_field(options, refused), (*left_out, refused))

        def accepted() -> None:
            for each in left_out:
                learn(each)

        written.without_refused = without_refused
        written.accepted = accepted if left_out else None
        return written
