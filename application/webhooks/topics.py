"""The types of events that a webhook can request."""

from collections.abc import Sequence
from typing import Final

from application.errors import InvalidInput
from application.projections.project_event import TOPICS
from domain.webhook.values import matches

TEST: Final = "webhook.test"
"""The type of messages that a person sends to try a webhook out; no event of the log."""


def refuse_unknown(topics: Sequence[str]) -> None:
    """Check that each topic includes an event that there is.

    Raises:
        InvalidInput: one does not.
    """
    for index, topic in enumerate(topics):
        if not any(matches(topic, event_type) for event_type in TOPICS):
            raise InvalidInput(
                f"/topics/{index}", "There is no event of this type. The documentation of webhooks lists all types."
            )
