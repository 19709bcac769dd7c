"""The kinds of fault and what each can be told."""

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
class Kind:
    """A kind of fault: what it does, the parameters it takes, and the requests on which it can show."""

    summary: str
    parameters: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    #: `answer`: on a model's answers; `stream`: only on streamed ones; `page`: on a list; `later-page`: on a list's
    #: second and later pages.
    scope: Scope = "any"


#: Every kind takes `delay` as well: seconds to wait before anything else happens.
KINDS: Mapping[str, Kind] = {
    "delay": Kind(summary="wait `seconds`, then answer as usual", parameters={"seconds": NUMBER}),
    "slow_body": Kind(summary="send the headers, wait `seconds`, send the body", parameters={"seconds": NUMBER}),
    "slow_stream": Kind(summary="wait `seconds` before every event", parameters={"seconds": NUMBER}, scope="stream"),
    "hang": Kind(summary="never send the headers"),
    "hang_mid_stream": Kind(
        summary="send `after` events (2), then nothing more", parameters={"after": COUNT}, scope="stream"
    ),
    "status": Kind(
        summary="answer with `status`, `body` (JSON or text), `headers` and `content_type`",
        parameters={"status": COUNT, "body": ANYTHING, "headers": (dict,), "content_type": TEXT},
    ),
    "rate_limited": Kind(
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
    "error_event": Kind(
        summary="an error inside a stream that began with 200, after `after` events (1)",
        parameters={"after": COUNT},
        scope="stream",
    ),
    "truncated_stream": Kind(
        summary="end the stream properly, but in the middle of an event, after `after` events (2)",
        parameters={"after": COUNT},
        scope="stream",
    ),
    "missing_end": Kind(summary="leave out the last `events` events (1)", parameters={"events": COUNT}, scope="stream"),
    "long_line": Kind(
        summary="send one event with `size` bytes (204800) of text on one line",
        parameters={"size": COUNT},
        scope="stream",
    ),
    "split_utf8": Kind(summary="cut the stream into chunks inside its multi-byte characters", scope="stream"),
    "endless_body": Kind(summary="a body that never ends"),
    "compressed_bomb": Kind(summary="a gzip body that expands to `size` bytes (1 GiB)", parameters={"size": COUNT}),
    "redirect": Kind(
        summary="redirect with `status` (302) to `location`", parameters={"location": TEXT, "status": COUNT}
    ),
    "swapped_delivery": Kind(
        summary="a stream for who asked for a whole answer, a whole answer for who asked for a stream", scope="answer"
    ),
    "wrong_content_type": Kind(
        summary="the right body labelled `content_type` (text/plain)", parameters={"content_type": TEXT}
    ),
    "html_502": Kind(summary="a proxy's HTML error page"),
    "invalid_json": Kind(summary="the body breaks off half-way, with the right length and type"),
    "dropped_connection": Kind(
        summary="cut the connection: before the headers, or after `after` events of a stream",
        parameters={"after": COUNT},
    ),
    "empty_list": Kind(summary="no models", scope="page"),
    "second_page_fails": Kind(
        summary="later pages answer `status` (500) in the provider's shape",
        parameters={"status": COUNT},
        scope="later-page",
    ),
    "repeating_page_token": Kind(summary="every page is the first and names the same next one", scope="page"),
    "endless_pages": Kind(summary="there is always one more page, of new models", scope="page"),
}
