"""What one webhook is still to receive, in memory."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from application.webhooks.messages import ReportedEvent
from application.webhooks.outbox import FailedMessage, Pending
from application.webhooks.send_message import Attempt
from tests.builders import NOW
from tests.fakes.clock import FakeTimer


@dataclass
class FakeOutbox:
    """Fulfils `application.webhooks.outbox.Outbox` for one webhook, in memory."""

    events: list[ReportedEvent] = field(default_factory=list)
    position: int = 0
    attempts: int = 0
    failing_seconds: float = 0.0
    previous_until: timedelta | None = None
    somebody_moved_on: bool = False
    seconds_a_delivery: float = 0.0
    timer: FakeTimer = field(default_factory=FakeTimer)
    retries: list[float] = field(default_factory=list)
    failures: list[str | None] = field(default_factory=list)
    abandoned: list[UUID] = field(default_factory=list)
    kept: list[tuple[UUID, UUID, ReportedEvent, Attempt]] = field(default_factory=list)
    """Result of each attempt: of which webhook, which message, which event, and how it ended."""

    async def pending(self, webhook_id: UUID, limit: int) -> Pending | None:  # noqa: ARG002 - there is one
        return Pending(
            format="json",
            position=self.position,
            until=len(self.events),
            attempts=self.attempts,
            previous_valid_until=None if self.previous_until is None else NOW + self.previous_until,
            events=self.events[self.position :][:limit],
        )

    async def delivered(
        self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt, *, position: int
    ) -> bool:
        assert position == self.position
        self.kept.append((webhook_id, message_id, event, attempt))
        if self.somebody_moved_on:
            return False
        self.position, self.attempts = event.position or 0, 0
        self.timer.time += self.seconds_a_delivery
        return True

    async def failed(
        self,
        webhook_id: UUID,
        message_id: UUID,
        event: ReportedEvent,
        attempt: Attempt,
        *,
        position: int,
        retry_seconds: float,
    ) -> FailedMessage | None:
        assert position == self.position
        self.kept.append((webhook_id, message_id, event, attempt))
        self.attempts += 1
        self.retries.append(retry_seconds)
        self.failures.append(attempt.failure)
        return FailedMessage(failing_since=NOW, seconds=self.failing_seconds, attempts=self.attempts)

    async def given_up(self, webhook_id: UUID, message_id: UUID) -> None:  # noqa: ARG002 - there is one
        self.abandoned.append(message_id)

    async def skip(self, webhook_id: UUID, *, position: int, until: int) -> bool:  # noqa: ARG002 - there is one
        assert position == self.position
        self.position = until
        return True

    async def tested(self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt) -> None:
        self.kept.append((webhook_id, message_id, event, attempt))
