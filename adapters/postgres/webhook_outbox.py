"""The events that webhooks have still to receive, and the results of deliveries."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.webhooks.messages import ReportedEvent
from application.webhooks.outbox import FailedMessage, Pending
from application.webhooks.send_message import Attempt

_SQL: Final = composed_statements("adapters.postgres", "webhooks.sql")


class PostgresWebhookOutbox:
    """Implements `application.webhooks.outbox.Outbox`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def pending(self, webhook_id: UUID, limit: int) -> Pending | None:
        rows = await self._tenant.rows(_SQL["pending"], {"webhook_id": webhook_id, "limit": limit})
        if not rows:
            return None
        written, position, until, attempts, previous_valid_until = rows[0][:5]
        return Pending(
            format=written,
            position=position,
            until=until,
            attempts=attempts,
            previous_valid_until=previous_valid_until,
            events=[_event(row[5:]) for row in rows if row[5] is not None],
        )

    async def delivered(
        self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt, *, position: int
    ) -> bool:
        parameters = _outcome(webhook_id, message_id, event, attempt)
        rows = await self._unhurried("delivered", {**parameters, "position": position})
        return rows == [(True,)]

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
        parameters = _outcome(webhook_id, message_id, event, attempt)
        rows = await self._unhurried("failed", {**parameters, "position": position, "retry_seconds": retry_seconds})
        if not rows:
            return None
        failing_since, seconds, attempts = rows[0]
        return FailedMessage(failing_since=failing_since, seconds=seconds, attempts=attempts)

    async def given_up(self, webhook_id: UUID, message_id: UUID) -> None:
        await self._tenant.rows(_SQL["given_up"], {"webhook_id": webhook_id, "message_id": message_id})

    async def skip(self, webhook_id: UUID, *, position: int, until: int) -> bool:
        parameters = {"webhook_id": webhook_id, "position": position, "until": until}
        return bool(await self._unhurried("skip", parameters))

    async def tested(self, webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt) -> None:
        await self._tenant.rows(_SQL["tested"], _outcome(webhook_id, message_id, event, attempt))

    async def _unhurried(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement whose outcome may be lost with the server: then messages are sent again."""
        return (await self._tenant.results((_SQL["unhurried"], {}), (_SQL[name], parameters)))[1]


def _outcome(webhook_id: UUID, message_id: UUID, event: ReportedEvent, attempt: Attempt) -> Mapping[str, Any]:
    return {
        "webhook_id": webhook_id,
        "message_id": message_id,
        "event_position": event.position,
        "topic": event.topic,
        "response_status": attempt.response_status,
        "response_bytes": attempt.response_bytes,
        "response_ms": attempt.response_ms,
        "failure": attempt.failure,
    }


def _event(row: tuple[Any, ...]) -> ReportedEvent:
    position, topic, aggregate_id, revision, state, actor, reason, recorded_at, name = row
    return ReportedEvent(
        position=position,
        topic=topic,
        aggregate_id=aggregate_id,
        revision=revision,
        facts=orjson.loads(state),
        name=name,
        actor=actor,
        reason=reason,
        recorded_at=recorded_at,
    )
