"""A webhook's turn: what is sent in which order, and when what fails is tried again."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from application.ports.outbound_http import OutboundFailure
from application.webhooks.deliver import TRIED_FOR_SECONDS, TURN_SECONDS, Deliveries
from application.webhooks.destination import Destination, sealed
from application.webhooks.messages import ReportedEvent
from application.webhooks.outbox import DueWebhook
from entrypoints.logs import build_logger
from entrypoints.monitoring.elected_work_log import LoggedDeliveries
from entrypoints.monitoring.webhook_metrics import WebhookFigures
from tests.builders import NOW, a_webhook, acting
from tests.fakes.clock import FakeClock, FakeTimer
from tests.fakes.ledger import FakeLedger
from tests.fakes.outbound_http import FakeOutbound
from tests.fakes.repositories import FakeWebhooks
from tests.fakes.vault import FakeVault
from tests.fakes.webhook_outbox import FakeOutbox

URL = "https://alerts.example.com/"
SECRETS = tuple(f"whsec_{letter * 43}=" for letter in "AB")


class Turn:
    """A webhook with events to receive, and the turn that it has."""

    def __init__(self, count: int = 3, *, chance: float = 0.0) -> None:
        self.timer = FakeTimer(chance)
        self.outbox = FakeOutbox(events=[an_event(number) for number in range(1, count + 1)], timer=self.timer)
        self.outbound = FakeOutbound()
        self.vault = FakeVault()
        self.webhook = a_webhook()
        self.webhooks = FakeWebhooks(FakeLedger(), self.vault.credentials)
        self.organization_id = uuid4()
        self.due = DueWebhook(organization_id=self.organization_id, webhook_id=self.webhook.id, is_failing=False)

    async def take(self) -> None:
        logger = build_logger(level="error", log_format="json")
        deliveries = Deliveries(
            outbox=self.outbox,
            webhooks=self.webhooks,
            vault=self.vault,
            outbound=self.outbound,
            clock=FakeClock(NOW),
            timer=self.timer,
        )
        with acting(self.organization_id):
            await deliveries.serve(self.due, LoggedDeliveries(logger, WebhookFigures(CollectorRegistry())))

    async def begin(self) -> None:
        with acting(self.organization_id):
            credential = await sealed(self.vault, self.webhook, Destination(url=URL, secrets=SECRETS))
            await self.webhooks.save(self.webhook, credential=credential)

    @property
    def signatures(self) -> list[int]:
        """How many signatures each message had."""
        return [len(request.headers["webhook-signature"].split(" ")) for request in self.outbound.requests]


def an_event(position: int) -> ReportedEvent:
    return ReportedEvent(
        position=position,
        topic="provider.renamed",
        aggregate_id=uuid4(),
        revision=1,
        facts={"name": "X"},
        name="X",
        actor="user-1",
        reason=None,
        recorded_at=NOW,
    )


@pytest.fixture
async def turn() -> Turn:
    turn = Turn()
    await turn.begin()
    return turn


async def test_all_is_delivered_in_order_once(turn: Turn) -> None:
    turn.outbound.answer("POST", URL)
    await turn.take()
    await turn.take()
    assert turn.outbox.position == 3
    assert len({request.headers["webhook-id"] for request in turn.outbound.requests}) == 3
    assert turn.signatures == [1, 1, 1]


async def test_a_secret_before_the_newest_signs_while_it_is_valid(turn: Turn) -> None:
    turn.outbound.answer("POST", URL)
    turn.outbox.previous_until = timedelta(seconds=1)
    await turn.take()
    turn.outbox.previous_until, turn.outbox.position = timedelta(0), 2
    await turn.take()
    assert turn.signatures == [2, 2, 2, 1]


@pytest.mark.parametrize("chance", [0.0, 1.0])
async def test_pauses_double_up_to_an_hour(chance: float) -> None:
    turn = Turn(chance=chance)
    await turn.begin()
    turn.outbound.answer("POST", URL, status=500)
    for _ in range(14):
        await turn.take()
    longest = [min(3600.0, 5.0 * 2**number) for number in range(14)]
    assert turn.outbox.retries == [pause * (1 + chance) / 2 for pause in longest]
    assert turn.outbox.position == 0


@pytest.mark.parametrize(("asked", "expected"), [("60", 60.0), ("9999", 3600.0), ("-1", 2.5), ("tomorrow", 2.5)])
async def test_a_receiver_may_ask_to_be_left_alone(turn: Turn, asked: str, expected: float) -> None:
    turn.outbound.answer("POST", URL, status=429, headers={"Retry-After": asked})
    await turn.take()
    assert turn.outbox.retries == [expected]


async def test_a_message_that_follows_a_success_begins_again(turn: Turn) -> None:
    turn.outbox.attempts = 9
    turn.outbound.answer("POST", URL)
    turn.outbound.answer("POST", URL, status=500)
    await turn.take()
    assert (turn.outbox.position, turn.outbox.retries) == (1, [2.5])


async def test_after_a_day_or_when_it_is_gone_the_webhook_is_switched_off(turn: Turn) -> None:
    turn.outbound.fail("POST", URL, OutboundFailure("timeout", "No answer.", was_sent=True))
    turn.outbound.answer("POST", URL, status=410)
    turn.outbox.failing_seconds = TRIED_FOR_SECONDS - 1
    await turn.take()
    with acting(turn.organization_id):
        assert (await turn.webhooks.get(turn.webhook.id)).is_enabled
    turn.outbox.failing_seconds = 0.0
    await turn.take()
    with acting(turn.organization_id):
        assert not (await turn.webhooks.get(turn.webhook.id)).is_enabled
    assert turn.outbox.failures == ["No answer.", "The receiver answered with status 410."]
    assert len(turn.outbox.abandoned) == 1


async def test_what_cannot_be_decrypted_fails_like_a_receiver(turn: Turn) -> None:
    with acting(turn.organization_id):
        credential = await turn.vault.credentials.current(turn.webhook.id)
    assert credential is not None
    turn.vault.credentials.store(replace(credential, ciphertext=bytes(40)))
    await turn.take()
    assert turn.outbound.requests == []
    assert turn.outbox.failures == ["The stored address cannot be decrypted. Set the url again."]


async def test_a_turn_ends_when_somebody_else_moved_on_or_its_time_is_over(turn: Turn) -> None:
    turn.outbound.answer("POST", URL)
    turn.outbox.somebody_moved_on = True
    await turn.take()
    assert len(turn.outbound.requests) == 1
    turn.outbox.somebody_moved_on = False
    turn.outbox.seconds_a_delivery = TURN_SECONDS / 2 + 0.1
    await turn.take()
    assert (len(turn.outbound.requests), turn.outbox.position) == (3, 2)
