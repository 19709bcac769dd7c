"""An incremental parser of server-sent events (WHATWG HTML, section 9.2)."""

from dataclasses import dataclass, field
from typing import Final

MOST_EVENT_BYTES: Final = 8 * 1024 * 1024
# So much of an event that is not whole is copied with every read.
_MOST_KEPT: Final = 64 * 1024
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventTooLarge(ValueError):
    """An event, or a line that does not end, is larger than anything a provider means to send."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event. `data` has its lines joined and is not decoded: only a whole event is sure to hold whole characters.

    The name is empty when the event has none.
    """

    data: bytes = field(repr=False)
    name: str = ""


class EventParser:
    """Parses one stream. Comments, ids and retry times are left out, and so are events without data."""

    def __init__(self, most_event_bytes: int = MOST_EVENT_BYTES) -> None:
        self._most_bytes = most_event_bytes
        self.is_plain = True
        """Whether all lines so far end in a line feed alone, and no event is very long."""
        self._rest = b""
        self._line: list[bytes] = []
        self._line_bytes = 0
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._name = ""
        self._is_first_line = True
        self._ended_in_return = False

    def whole_events(self, chunk: bytes) -> bytes:
        """Return as much of the stream as is whole events, for `feed`, and keep the rest for the next time.

        Of a stream that is not plain all is returned, wherever it is cut.
        """
        if not self.is_plain:
            return chunk
        content = self._rest + chunk
        end = content.rfind(b"\n\n") + 2
        if end == 1:
            end = 0
        if b"\r" in chunk or len(content) - end > _MOST_KEPT:
            self.is_plain, self._rest = False, b""
            return content
        self._rest = content[end:]
        return content[:end]

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that these bytes complete.

        Raises:
            EventTooLarge: one is larger than allowed.
        """
        if self._is_first_line and chunk and not chunk.startswith(_BYTE_ORDER_MARK[:1]):
            self._is_first_line = False
        is_between_events = not (self._line or self._data or self._name or self._is_first_line or self._ended_in_return)
        if is_between_events and chunk.endswith(b"\n\n") and b"\r" not in chunk and len(chunk) <= self._most_bytes:
            return [event for written in chunk[:-2].split(b"\n\n") for event in self._whole(written)]
        return self._lines(chunk)

    def _whole(self, written: bytes) -> list[ServerSentEvent]:
        """Return the event of its lines, most often one; what has no data is none."""
        if written.startswith(b"data: ") and b"\n" not in written:
            return [ServerSentEvent(written[6:])]
        return self._lines(written + b"\n\n")

    def _lines(self, chunk: bytes) -> list[ServerSentEvent]:
        first, *others = self._normal(chunk).split(b"\n")
        self._keep(first)
        if not others:
            return []
        events: list[ServerSentEvent] = []
        for following in others:
            self._end_line(events)
            self._keep(following)
        return events

    def finish(self) -> list[ServerSentEvent]:
        """Return the event that the end of the stream completes, for not everybody sends the last empty line.

        Only its data shows whether the event is complete.
        """
        events, self._rest = self.feed(self._rest), b""
        self._end_line(events)
        self._dispatch(events)
        return events

    def _normal(self, chunk: bytes) -> bytes:
        """Return the bytes with every end of a line written as a line feed, also when a chunk cuts it in two."""
        if self._ended_in_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._ended_in_return = False
        if not chunk:
            return chunk
        self._ended_in_return = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._line_bytes += len(piece)
            if self._line_bytes + self._data_bytes > self._most_bytes:
                raise EventTooLarge
            self._line.append(piece)

    def _end_line(self, events: list[ServerSentEvent]) -> None:
        line = b"".join(self._line) if len(self._line) != 1 else self._line[0]
        self._line = []
        self._line_bytes = 0
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            self._dispatch(events)
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_bytes += len(value)
        elif name == b"event":
            self._name = value.removeprefix(b" ").decode("utf-8", "replace")

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        if self._data:
            events.append(ServerSentEvent(b"\n".join(self._data), self._name))
        self._data = []
        self._data_bytes = 0
        self._name = ""
