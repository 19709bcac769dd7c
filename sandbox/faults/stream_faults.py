"""Apply stream faults to the events of a response."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat

from sandbox.faults.fault import Fault
from sandbox.provider_responses import ProviderStream

#: The first two bits of a byte that continues a character are 10 (RFC 3629, section 3).
_LEADING_BITS = 0xC0
_CONTINUATION = 0x80
_PING = b": ping\n\n"
#: Anthropic's.
_PING_EVENT = b'event: ping\ndata: {"type": "ping"}\n\n'
#: Long enough for a reader to see each chunk alone.
_APART = 0.002


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes to send after a pause in seconds. A pause of None lasts for ever; no chunk means: cut the connection."""

    chunk: bytes | None
    pause: float | None = 0.0


def stream_steps(answer: ProviderStream, fault: Fault, error_frame: bytes) -> Iterable[Step]:
    """Return the steps of sending the stream under this fault; the frames unchanged for other faults."""
    frames = list(answer.frames)
    ending = _endings(fault, frames, error_frame)
    if ending is not None:
        after, last = ending
        return chain(_steps(frames[:after]), last)
    if fault.kind == "slow_stream":
        return [Step(frame, fault.seconds(default=0.1)) for frame in frames]
    if fault.kind == "split_utf8":
        return [Step(chunk, _APART) for chunk in split_inside_characters(b"".join(frames))]
    if fault.kind == "long_line":
        frames.insert(2, lengthen(answer.filler, fault.number("size", 200 * 1024)))
    return _steps(frames)


def _endings(fault: Fault, frames: Sequence[bytes], error_frame: bytes) -> tuple[int, Iterable[Step]] | None:
    """Return after how many frames the stream ends early, and the steps that end it."""
    after = fault.number("after", 2)
    match fault.kind:
        case "hang_mid_stream":
            return after, [Step(b"", None)]
        case "dropped_connection":
            return after, [Step(None, _APART)]
        case "error_event":
            return fault.number("after", 1), [Step(error_frame)]
        case "truncated_stream":
            cut = b"".join(frames[after : after + 1])
            return after, [Step(cut[: len(cut) // 2])]
        case "missing_end":
            return max(0, len(frames) - fault.number("events", 1)), []
        case "pings_at_the_end":
            ping = _PING_EVENT if frames[0].startswith(b"event: message_start") else _PING
            return len(frames) - fault.number("events", 1), repeat(Step(ping, fault.seconds(default=0.05)))
    return None


def lengthen(filler: bytes, size: int) -> bytes:
    """The filler event with its text repeated to `size` bytes."""
    return filler.replace(FILLER_TEXT, (FILLER_TEXT * (size // len(FILLER_TEXT) + 1))[:size], 1)


def split_inside_characters(content: bytes) -> list[bytes]:
    """The content cut before every continuation byte of UTF-8; joined, the chunks are the content."""
    cuts = [0, *(at for at, byte in enumerate(content) if byte & _LEADING_BITS == _CONTINUATION), len(content)]
    return [content[start:end] for start, end in pairwise(cuts)]


#: The text of every filler event.
FILLER_TEXT = b" and so on"


def _steps(frames: Sequence[bytes]) -> list[Step]:
    return [Step(frame) for frame in frames]
