"""Nobody's receivers take the room of the others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from application.caller import current_caller
from application.errors import Unavailable
from application.webhooks.concurrent_deliveries import (
    MOST,
    MOST_FAILING,
    MOST_OF_ONE_ORGANIZATION,
    ConcurrentDeliveries,
)
from application.webhooks.outbox import DeliveryObserver, DueWebhook, FailedMessage
from application.webhooks.send_message import Attempt
from entrypoints.logs import build_logger
from entrypoints.monitoring.elected_work_log import LoggedDeliveries
from entrypoints.monitoring.webhook_metrics import WebhookFigures

AN_ATTEMPT = Attempt(failure="The receiver answered with status 500.", response_status=500)
A_FAILURE = FailedMessage(failing_since=datetime(2026, 1, 2, tzinfo=UTC), seconds=0.0, attempts=1)


def due(count: int, *, organization_id: UUID | None = None, is_failing: bool = False) -> list[DueWebhook]:
    return [
        DueWebhook(organization_id=organization_id or uuid4(), webhook_id=uuid4(), is_failing=is_failing)
        for _ in range(count)
    ]


class SilentReceivers:
    """Holds everybody up until it is told to let go, or breaks off."""

    def __init__(self) -> None:
        self.served: list[DueWebhook] = []
        self.error: Exception | None = None
        self.let_go = asyncio.Event()
        self.deliveries = ConcurrentDeliveries(self.serve, an_observer())

    async def serve(self, webhook: DueWebhook, _: DeliveryObserver) -> None:
        assert current_caller().organization_id == webhook.organization_id
        self.served.append(webhook)
        if self.error is not None:
            raise self.error
        await self.let_go.wait()


def an_observer() -> LoggedDeliveries:
    return LoggedDeliveries(build_logger(level="error", log_format="json"), WebhookFigures(CollectorRegistry()))


@pytest.fixture
async def receivers() -> AsyncIterator[SilentReceivers]:
    receivers = SilentReceivers()
    yield receivers
    await receivers.deliveries.stop()


async def test_an_organization_has_its_share(receivers: SilentReceivers) -> None:
    mine, theirs = due(10, organization_id=uuid4()), due(1)
    assert receivers.deliveries.start([*mine, *theirs])
    await asyncio.sleep(0)
    assert Counter(each.organization_id for each in receivers.served) == {
        mine[0].organization_id: MOST_OF_ONE_ORGANIZATION,
        theirs[0].organization_id: 1,
    }
    assert receivers.deliveries.start([*mine, *theirs])
    await asyncio.sleep(0)
    assert len(receivers.served) == MOST_OF_ONE_ORGANIZATION + 1


async def test_those_that_fail_leave_room_for_the_others(receivers: SilentReceivers) -> None:
    assert receivers.deliveries.start([*due(MOST_FAILING + 5, is_failing=True), *due(5)])
    await asyncio.sleep(0)
    assert Counter(each.is_failing for each in receivers.served) == {True: MOST_FAILING, False: 5}
    assert receivers.deliveries.start(due(MOST))
    await asyncio.sleep(0)
    assert len(receivers.served) == MOST


async def test_room_that_was_left_is_taken(receivers: SilentReceivers) -> None:
    webhooks = due(MOST_OF_ONE_ORGANIZATION + 1, organization_id=uuid4())
    assert receivers.deliveries.start(webhooks)
    await asyncio.sleep(0)
    receivers.let_go.set()
    await asyncio.sleep(0.01)
    assert not receivers.deliveries.start(webhooks[-1:])
    await asyncio.sleep(0)
    assert receivers.served == webhooks


@pytest.mark.parametrize("error", [Unavailable(), ValueError()], ids=["foreseen", "unforeseen"])
async def test_what_could_not_be_served_rests(receivers: SilentReceivers, error: Exception) -> None:
    receivers.error = error
    webhooks = due(1)
    for _ in range(3):
        receivers.deliveries.start(webhooks)
        await asyncio.sleep(0.01)
    assert receivers.served == webhooks


def test_the_figures_count_what_happened() -> None:
    registry = CollectorRegistry()
    observer = LoggedDeliveries(build_logger(level="error", log_format="json"), WebhookFigures(registry))
    [webhook] = due(1)
    observer.elected()
    observer.found_due(3)
    observer.delivered(webhook, 0.3)
    observer.delivered(webhook, -0.3)
    observer.failed(webhook, AN_ATTEMPT, A_FAILURE)
    observer.switched_off(webhook, "No answer.")
    values = {
        "modelbook_webhook_delivery": 1,
        "modelbook_webhooks_due": 3,
        "modelbook_webhooks_switched_off_total": 1,
        "modelbook_webhook_lag_seconds_count": 2,
    }
    assert {name: registry.get_sample_value(name) for name in values} == values
    outcomes = {
        each: registry.get_sample_value("modelbook_webhook_attempts_total", {"outcome": each})
        for each in ("delivered", "failed")
    }
    assert outcomes == {"delivered": 2, "failed": 1}
    observer.deposed("No answer.")
    assert registry.get_sample_value("modelbook_webhook_delivery") == 0
