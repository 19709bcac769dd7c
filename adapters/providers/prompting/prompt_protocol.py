"""The interface of a prompt protocol."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from adapters.providers.error_mapping.error_details import ErrorDetails
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from application.prompts.completion import Delta
from application.prompts.conversation import Conversation, WireProtocol
from application.prompts.generation import GenerationRequest


@dataclass(slots=True, kw_only=True)
class WireRequest:
    """The body to send. `ignored` are the client's fields that were left out because they only tune, by its names.

    `without_refused` makes of a refusal what to send once more, without the field that the server does not know; none
    where it was no such refusal. `accepted` takes note that the server has taken this request.
    """

    body: dict[str, Any] = field(repr=False)
    ignored: tuple[str, ...] = ()
    without_refused: "Callable[[ErrorDetails], WireRequest | None] | None" = field(default=None, repr=False)
    accepted: Callable[[], None] | None = field(default=None, repr=False)


class StreamDecoder(Protocol):
    """Understands the events of one stream, in their order; `parsed` is their content so far.

    `has_ended` is set when the provider has announced the end.
    """

    parsed: ParsedCompletion
    has_ended: bool

    @property
    def is_whole(self) -> bool:
        """Whether the answer is complete, should the stream end here."""
        ...

    def observe(self, document: Mapping[str, Any]) -> bool:
        """Take note of how the answer begins, how it ends and what it costs, for events that are handed on.

        Returns whether the event contains anything of the answer, and is not just a keep-alive.
        """
        ...

    def decode(self, document: Mapping[str, Any]) -> Sequence[Delta]:
        """Take note of everything, and return what is new; the same stream is either observed or decoded."""
        ...


class PromptProtocol(Protocol):
    """Writes requests and reads answers of one protocol; options that differ by service are its own.

    `end_mark` is the event that ends a stream which is handed on; empty where the client's API writes it.
    """

    name: ClassVar[WireProtocol]
    end_mark: ClassVar[bytes] = b""

    def encode(self, conversation: Conversation, request: GenerationRequest, *, stream: bool) -> WireRequest:
        """Write the conversation.

        What the protocol cannot express and would change the answer is refused by the client's name of the field; what
        only tunes is left out and named.

        Raises:
            InvalidInput: it cannot be expressed in this protocol.
        """
        ...

    def pass_through(self, body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
        """Return the client's body of the same protocol with the model, limits and defaults replaced."""
        ...

    def read(self, document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
        """Parse a whole answer; none when it is not one. Blobs in it are marked with their origin."""
        ...

    def observe(self, document: Mapping[str, Any]) -> ParsedCompletion | None:
        """Return how a whole answer that is handed on ended, and what it cost; none when it is no answer."""
        return self.read(document, "")

    def handed_on(self, document: Mapping[str, Any], asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return an answer, or an event of a stream, for a client of the same protocol: itself, if it reads it so.

        `asked` is the client's body; nothing is returned that the client has not requested.
        """
        del asked
        return document

    def plain_events(self, sent: Mapping[str, Any]) -> Callable[[bytes], bool] | None:
        """Return a function that decides whether an event can be passed on unread, for the body sent; none: read each.

        It is given the lines of an event. One that may contain how the answer begins, ends or fails, what it costs,
        that there is another choice, or nothing at all, is to be read.
        """
        del sent
        return None

    def decoder(self, origin: str) -> StreamDecoder:
        """Return what understands one stream."""
        ...
