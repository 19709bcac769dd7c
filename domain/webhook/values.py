"""The value objects of a webhook."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from domain.errors import InvalidValue

Format = Literal["json", "slack"]

FORMATS: Final[tuple[Format, ...]] = ("json", "slack")
"""How messages are written: as JSON with all that the log holds, or as a text for Slack."""

MOST_TOPICS: Final = 50
LONGEST_TOPIC: Final = 100
EVERYTHING: Final = "*"

_FORM: Final = re.compile(r"\*|[a-z][a-z-]*\.(?:\*|[a-z][a-z-]*)", re.ASCII)


def checked_topics(topics: Sequence[str]) -> list[str]:
    """Return the topics, sorted and each once.

    A topic is a type of event, `*` for all of them, or `provider.*` for all of those that begin so.

    Raises:
        InvalidValue: there are none or too many, or one is not of this form.
    """
    if not 1 <= len(topics) <= MOST_TOPICS:
        raise InvalidValue("topics", f"There are 1 to {MOST_TOPICS} topics.")
    if not all(len(topic) <= LONGEST_TOPIC and _FORM.fullmatch(topic) for topic in topics):
        raise InvalidValue(
            "topics",
            "A topic is a type of event such as model.price-changed, a group such as provider.*, or * for all.",
        )
    return sorted(set(topics))


def matches(topic: str, event_type: str) -> bool:
    """Return whether a subscription to the topic includes events of this type."""
    if topic == EVERYTHING:
        return True
    if topic.endswith(".*"):
        return event_type.startswith(topic[:-1])
    return topic == event_type


def checked_format(text: str) -> str:
    """Return the format.

    Raises:
        InvalidValue: there is no such format.
    """
    if text not in FORMATS:
        raise InvalidValue("format", f"The format is one of {', '.join(FORMATS)}.")
    return text
