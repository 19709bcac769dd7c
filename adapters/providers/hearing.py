"""Listening to one stream: from its bytes to words and, at its end, the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from adapters.providers.answering import error_status, generated, refusal
from adapters.providers.sse import EventParser, EventTooLarge
from adapters.providers.verdicts import meanings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.providers.exchange import Answer
    from adapters.providers.sse import ServerSentEvent
    from adapters.providers.told import StreamReader
    from adapters.providers.verdicts.verdict import Verdict
    from application.ports.generation import Generated
    from application.ports.provider_gateway import UpstreamFailure

_DONE: Final = b"[DONE]"


class Hearing:
    """What has been heard of one stream."""

    def __init__(self, head: Answer, reader: StreamReader) -> None:
        self.reader = reader
        self._head = head
        self._parser = EventParser()

    def hear(self, chunk: bytes) -> Iterator[str]:
        """Yield the new words in the events that the bytes complete.

        Raises:
            UpstreamFailure: an event is an error, is too large or makes no sense.
        """
        try:
            events = self._parser.feed(chunk)
        except EventTooLarge:
            raise self.failure(meanings.EVENT_TOO_LARGE) from None
        for event in events:
            if words := self._read(event, meanings.UNREADABLE):
                yield words

    def finish(self) -> Iterator[str]:
        """Yield the words of the last event, when the stream ended with no empty line after it; errors as above."""
        for event in self._parser.finish():
            if words := self._read(event, meanings.TRUNCATED):
                yield words

    def generated(self) -> Generated:
        """Return the answer.

        Raises:
            UpstreamFailure: it is not whole.
        """
        if not self.reader.is_whole:
            raise self.failure(meanings.TRUNCATED)
        return generated(self._head, self.reader.told)

    def failure(self, verdict: Verdict) -> UpstreamFailure:
        """Return what became of the stream."""
        return self._head.means(verdict).failure()

    def _read(self, event: ServerSentEvent, otherwise: Verdict) -> str:
        data = self._head.exchange.without_key(event.data).strip()
        if self.reader.has_ended or not data:
            return ""
        if data == _DONE:
            self.reader.has_ended = True
            return ""
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise self.failure(otherwise) from None
        # OpenRouter reports a limit that ended the answer as an error after the answer's end; that is no failure.
        if self.reader.told.finish_reason is None and error_status(document, event.name) is not None:
            raise refusal(self._head, data, document, event.name)
        return self.reader.read(document) if isinstance(document, dict) else ""
