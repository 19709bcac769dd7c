"""Deliver events to one webhook, in the order of the log."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.caller import current_caller
from application.errors import Conflict, CredentialUnreadable, NotFound, OrganizationRemoved
from application.ports.clock import Clock, Timer
from application.ports.outbound_http import Outbound
from application.ports.vault import Vault
from application.webhooks.destination import SEALED_FOR, Destination, read
from application.webhooks.messages import ReportedEvent, message_body, message_id
from application.webhooks.outbox import DeliveryObserver, DueWebhook, FailedMessage, Outbox, Pending
from application.webhooks.send_message import Attempt, send_message
from application.webhooks.webhooks import Webhooks

TRIED_FOR_SECONDS: Final = 24 * 3600.0
"""A webhook whose message fails for so long is switched off."""

TURN_SECONDS: Final = 10.0
"""After so long it is another webhook's turn."""

_AT_ONCE: Final = 50
_FIRST_PAUSE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 3600.0
_DOUBLINGS: Final = 10
_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """Delivers for one webhook at a time."""

    outbox: Outbox
    webhooks: Webhooks
    vault: Vault
    outbound: Outbound
    clock: Clock
    timer: Timer

    async def serve(self, webhook: DueWebhook, observer: DeliveryObserver) -> None:
        """Deliver events to the webhook until it has all, one cannot be delivered, or its turn is over.

        Runs on behalf of the webhook's organization.

        Raises:
            Unavailable: the database cannot be reached.
        """
        turn_ends = self.timer.now() + TURN_SECONDS
        while self.timer.now() < turn_ends:
            pending = await self.outbox.pending(webhook.webhook_id, _AT_ONCE)
            if pending is None:
                return
            if not pending.events:
                if pending.until > pending.position:
                    await self.outbox.skip(webhook.webhook_id, position=pending.position, until=pending.until)
                    continue
                return
            if not await self._delivered(webhook, pending, turn_ends, observer):
                return

    async def _delivered(
        self, webhook: DueWebhook, pending: Pending, turn_ends: float, observer: DeliveryObserver
    ) -> bool:
        """Deliver these events; return whether all were delivered."""
        destination = await self._destination(webhook.webhook_id)
        position = pending.position
        for event in pending.events:
            if self.timer.now() >= turn_ends:
                return False
            at = event.position or 0
            number = message_id(webhook.webhook_id, at)
            attempt = await self._attempt(destination, pending, event, number)
            if attempt.failure is not None:
                await self._failed(webhook, pending, event, number, attempt, position, observer)
                return False
            if not await self.outbox.delivered(webhook.webhook_id, number, event, attempt, position=position):
                return False
            observer.delivered(webhook, (self.clock.now() - event.recorded_at).total_seconds())
            position = at
        return True

    async def _destination(self, webhook_id: UUID) -> Destination | None:
        try:
            text = await self.vault.open(webhook_id, SEALED_FOR)
        except CredentialUnreadable:
            return None
        return None if text is None else read(text)

    async def _attempt(
        self, destination: Destination | None, pending: Pending, event: ReportedEvent, number: UUID
    ) -> Attempt:
        if destination is None:
            return Attempt(failure="The stored address cannot be decrypted. Set the url again.")
        now = self.clock.now()
        secrets = destination.signing_secrets(pending.previous_valid_until, now)
        body = message_body(event, current_caller().organization_id, pending.format)
        return await send_message(self.outbound, destination.url, secrets, number, body, now=now)

    async def _failed(
        self,
        webhook: DueWebhook,
        pending: Pending,
        event: ReportedEvent,
        number: UUID,
        attempt: Attempt,
        position: int,
        observer: DeliveryObserver,
    ) -> None:
        attempts = pending.attempts if position == pending.position else 0
        message = await self.outbox.failed(
            webhook.webhook_id,
            number,
            event,
            attempt,
            position=position,
            retry_seconds=self._pause(attempts, attempt),
        )
        if message is None:
            return
        observer.failed(webhook, attempt, message)
        if attempt.is_gone or message.seconds >= TRIED_FOR_SECONDS:
            await self.outbox.given_up(webhook.webhook_id, number)
            await self._switch_off(webhook, event, attempt, message, observer)

    def _pause(self, attempts: int, attempt: Attempt) -> float:
        """Return after how many seconds to try again, after so many attempts before this one."""
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(attempts, _DOUBLINGS))
        asked = min(attempt.retry_after_seconds, _LONGEST_PAUSE_SECONDS)
        return max(longest * (1 + self.timer.chance()) / 2, asked)

    async def _switch_off(
        self,
        webhook: DueWebhook,
        event: ReportedEvent,
        attempt: Attempt,
        message: FailedMessage,
        observer: DeliveryObserver,
    ) -> None:
        cause = attempt.failure or ""
        for _ in range(_TRIES):
            try:
                held = await self.webhooks.get(webhook.webhook_id)
                held.switch_off(
                    cause=cause,
                    attempts=message.attempts,
                    failing_since=message.failing_since,
                    position=event.position or 0,
                )
                await self.webhooks.save(held)
            except Conflict:
                continue
            except (NotFound, OrganizationRemoved):
                return
            observer.switched_off(webhook, cause)
            return
