"""Which messages are still to be sent to which webhooks, and which process sends them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from application.webhooks.messages import ReportedEvent
from application.webhooks.send_message import Attempt
from domain.webhook.values import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWebhook:
    """A webhook whose turn has come, and whether its newest message has failed before."""

    organization_id: UUID
    webhook_id: UUID
    is_failing: bool = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a webhook receives next. `events` are the first ones after `position` that it wants, up to `until`.

    `attempts` is how often the first of them was tried. Messages are signed with the previous secret too until
    `previous_valid_until`.
    """

    format: Format
    position: int
    until: int
    attempts: int
    previous_valid_until: datetime | None
    events: Sequence[ReportedEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMessage:
    """How long a message has failed: since when, how many seconds that is, and the attempts so far."""

    failing_since: datetime
    seconds: float
    attempts: int


class Outbox(Protocol):
    """Reads what webhooks of the current caller's organization are to receive, and keeps what became of it.

    A webhook moves on from one position to another, so that of two who deliver for it only the first one moves it.
    Every method raises `Unavailable` where the database cannot be reached; none holds a connection when it is done.
    """

    async def pending(self, webhook_id: UUID, limit: int) -> Pending | None:
        """Return what to deliver to the webhook next, at most so many events; None if it is not enabled, or gone."""
        ...

    async def delivered(
        self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt, *, position: int
    ) -> bool:
        """Move on from `position` to the event, and keep that it was delivered.

        False: it was disabled meanwhile, or somebody else moved on.
        """
        ...

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
        """Stay at `position`, and keep that the event could not be delivered. None: somebody else moved on."""
        ...

    async def given_up(self, webhook_id: UUID, message_id: UUID) -> None:
        """Keep that the message is not tried any more."""
        ...

    async def skip(self, webhook_id: UUID, *, position: int, until: int) -> bool:
        """Advance the cursor without a delivery. False: another process advanced it."""
        ...

    async def tested(self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt) -> None:
        """Keep what became of a test."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day or time that comes near: a model retires on it, or an access key expires; in at most `days` days.

    `command_id` is the same one whenever the same is found, so that it is recorded once.
    """

    organization_id: UUID
    subject_id: UUID
    days: int
    retires_on: date | None
    expires_at: datetime | None
    command_id: UUID


class DeliveryLeadership(Protocol):
    """The leadership of the one process that delivers."""

    async def due(self, limit: int) -> Sequence[DueWebhook]:
        """Return enabled webhooks of all organizations that have something to receive, the longest unserved first.

        Raises:
            Unavailable: the term is over.
        """
        ...

    async def deadlines(self, limit: int) -> Sequence[Deadline]:
        """Return deadlines that are near and not recorded yet, of organizations in which a webhook wants to know.

        Raises:
            Unavailable: the term is over.
        """
        ...

    async def sweep(self, days: int, limit: int) -> int:
        """Forget deliveries that began so many days ago, and return how many were, at most `limit`.

        Raises:
            Unavailable: the term is over.
        """
        ...

    async def lasts(self, seconds: float) -> None:
        """Return after this time if the term lasts that long; sooner when a log has grown.

        Raises:
            Unavailable: the term is over; raised as soon as it is known.
        """
        ...


class DeliveryElection(Protocol):
    """Elects one process on all hosts; leadership ends with the block or with the process."""

    def term(self) -> AbstractAsyncContextManager[DeliveryLeadership]:
        """Wait for the leadership and hold it during the block.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


class DeliveryObserver(Protocol):
    """Receives what happens to messages; must not raise."""

    def elected(self) -> None:
        """Note that this process delivers from now on."""
        ...

    def deposed(self, reason: str) -> None:
        """Note that it does not, or could not be a candidate."""
        ...

    def found_due(self, count: int) -> None:
        """Note how many webhooks have something to receive."""
        ...

    def delivered(self, webhook: DueWebhook, seconds: float) -> None:
        """Note that a message was delivered so many seconds after its event."""
        ...

    def failed(self, webhook: DueWebhook, attempt: Attempt, message: FailedMessage) -> None:
        """Note that a message could not be delivered."""
        ...

    def switched_off(self, webhook: DueWebhook, cause: str) -> None:
        """Note that a webhook was switched off."""
        ...

    def broke_off(self, webhook: DueWebhook, error: BaseException) -> None:
        """Note that a webhook could not be served, which says nothing about its receiver."""
        ...
