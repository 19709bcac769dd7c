"""The kinds of faults and their parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NUMBER = (int, float)
COUNT = (int,)
TEXT = (str,)
FLAG = (bool,)
ANYTHING = (object,)

Scope = Literal["any", "answer", "stream", "page", "later-page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A kind of fault: its effect, its parameters, and the requests that it can affect."""

    summary: str
    parameters: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    #: `answer`: on a model's answers; `stream`: only on streamed ones; `page`: on a list; `later-page`: on a list's
    #: second and later pages.
    scope: Scope = "any"


#: Every kind takes `delay` as well: seconds to wait before anything else happens.
FAULT_KINDS: Mapping[str, FaultKind] = {
    "delay": FaultKind(summary="wait `seconds`, then answer as usual", parameters={"seconds": NUMBER}),
    "slow_body": FaultKind(summary="send the headers, wait `seconds`, send the body", parameters={"seconds": NUMBER}),
    "slow_stream": FaultKind(
        summary="wait `seconds` before every event", parameters={"seconds": NUMBER}, scope="stream"
    ),
    "hang": FaultKind(summary="never send the headers"),
    "hold": FaultKind(summary="answer when the faults are cleared"),
    "hang_mid_stream": FaultKind(
        summary="send `after` events (2), then nothing more", parameters={"after": COUNT}, scope="stream"
    ),
    "status": FaultKind(
        summary="answer with `status`, `body` (JSON or text), `headers` and `content_type`",
        parameters={"status": COUNT, "body": ANYTHING, "headers": (dict,), "content_type": TEXT},
    ),
    "rate_limited": FaultKind(
        summary="429 in the provider's shape; the wait in any of: `retry_after` (text or seconds), `retry_date` "
        "(seconds from now, sent as an HTTP date), `retry_after_ms`, `retry_delay` (Google's RetryInfo), "
        "`try_again` (in OpenAI's message); `should_retry` is sent as x-should-retry",
        parameters={
            "retry_after": (str, int, float),
            "retry_date": NUMBER,
            "retry_after_ms": NUMBER,
            "retry_delay": TEXT,
            "try_again": TEXT,
            "should_retry": FLAG,
        },
    ),
    "error_event": FaultKind(
        summary="an error inside a stream that began with 200, after `after` events (1)",
        parameters={"after": COUNT},
        scope="stream",
    ),
    "truncated_stream": FaultKind(
        summary="end the stream properly, but in the middle of an event, after `after` events (2)",
        parameters={"after": COUNT},
        scope="stream",
    ),
    "missing_end": FaultKind(
        summary="leave out the last `events` events (1)", parameters={"events": COUNT}, scope="stream"
    ),
    "pings_at_the_end": FaultKind(
        summary="instead of the last `events` events (1), signs of life every `seconds` (0.05), for ever",
        parameters={"events": COUNT, "seconds": NUMBER},
        scope="stream",
    ),
    "long_line": FaultKind(
        summary="send one event with `size` bytes (204800) of text on one line",
        parameters={"size": COUNT},
        scope="stream",
    ),
    "split_utf8": FaultKind(summary="cut the stream into chunks inside its multi-byte characters", scope="stream"),
    "endless_body": FaultKind(summary="a body that never ends"),
    "compressed_bomb": FaultKind(
        summary="a gzip body that expands to `size` bytes (1 GiB)", parameters={"size": COUNT}
    ),
    "redirect": FaultKind(
        summary="redirect with `status` (302) to `location`", parameters={"location": TEXT, "status": COUNT}
    ),
    "swapped_delivery": FaultKind(
        summary="a stream where a whole answer was requested, a whole answer where a stream was requested",
        scope="answer",
    ),
    "wrong_content_type": FaultKind(
        summary="the right body labelled `content_type` (text/plain)", parameters={"content_type": TEXT}
    ),
    "unknown_field": FaultKind(
        summary="refuse a request that has the field `name`, as a server that does not know it",
        parameters={"name": TEXT},
    ),
    "html_502": FaultKind(summary="a proxy's HTML error page"),
    "invalid_json": FaultKind(summary="the body breaks off half-way, with the right length and type"),
    "dropped_connection": FaultKind(
        summary="cut the connection: before the headers, or after `after` events of a stream",
        parameters={"after": COUNT},
    ),
    "empty_list": FaultKind(summary="no models", scope="page"),
    "second_page_fails": FaultKind(
        summary="later pages answer `status` (500) in the provider's shape",
        parameters={"status": COUNT},
        scope="later-page",
    ),
    "repeating_page_token": FaultKind(summary="every page is the first and names the same next one", scope="page"),
    "endless_pages": FaultKind(summary="there is always one more page, of new models", scope="page"),
}
