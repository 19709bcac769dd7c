"""What the process that delivers finds: due webhooks, days that come near, and what is too old."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from adapters.postgres.delivery_election import PostgresDeliveryElection
from application.webhooks.messages import ReportedEvent
from application.webhooks.note_deadlines import note_deadlines
from application.webhooks.outbox import Deadline, DeliveryLeadership
from application.webhooks.send_message import Attempt
from domain.model.values import Lifecycle
from domain.root import Root
from entrypoints.container import Container
from tests.builders import a_model, a_provider, a_webhook, acting, an_access_key
from tests.databases import Connection, Database
from tests.log_contents import topics

ACCEPTED = Attempt(failure=None, response_status=200, response_bytes=0, response_ms=1.5)


async def save(container: Container, organization_id: UUID, kind: str, aggregate: Root) -> None:
    repositories: dict[str, Any] = {
        "provider": container.providers_of_tenant,
        "model": container.models_of_tenant,
        "key": container.access_keys,
        "webhook": container.webhooks,
    }
    with acting(organization_id):
        await repositories[kind]().save(aggregate)


async def note(container: Container, term: DeliveryLeadership) -> Sequence[Deadline]:
    """Record the deadlines that are found, and return them."""
    found = await term.deadlines(10)
    await note_deadlines(found, models=container.models_of_tenant(), keys=container.access_keys())
    return found


async def test_days_that_come_near_are_recorded_once(
    database: Database, container: Container, owner: Connection
) -> None:
    wanting, not_asking = uuid4(), uuid4()
    today = datetime.now(UTC).date()
    models = {}
    for organization_id in (wanting, not_asking):
        provider = a_provider()
        await save(container, organization_id, "provider", provider)
        for days in (0, 1, 6, 29, 31):
            model = a_model(
                provider_id=provider.id,
                model_id=f"in-{days}-days",
                lifecycle=Lifecycle(retires_on=str(today + timedelta(days=days))),
            )
            await save(container, organization_id, "model", model)
            models[organization_id, days] = model.id
    expires_at = datetime.now(UTC) + timedelta(hours=5)
    key = an_access_key(expires_at=expires_at)
    await save(container, wanting, "key", key)
    await save(container, wanting, "key", an_access_key(expires_at=expires_at + timedelta(days=8)))
    await save(container, wanting, "webhook", a_webhook(topics=["model.*", "access-key.expiry-approaching"]))
    await save(container, not_asking, "webhook", a_webhook(topics=["provider.*"]))
    async with PostgresDeliveryElection(database.admin_url).term() as term:
        found = {(each.subject_id, each.days) for each in await note(container, term)}
        assert found == {*[(models[wanting, days], told) for days, told in ((1, 1), (6, 7), (29, 30))], (key.id, 1)}
        assert await note(container, term) == []
        with acting(wanting):
            model = await container.models_of_tenant().get(models[wanting, 31])
            model.follow_lifecycle(Lifecycle(retires_on=str(today + timedelta(days=5))))
            await container.models_of_tenant().save(model)
        assert [(each.subject_id, each.days) for each in await note(container, term)] == [(model.id, 7)]
    assert topics(owner).count("model.retirement-approaching") == 4
    assert topics(owner).count("access-key.expiry-approaching") == 1


async def test_what_is_due_is_delivered_by_one_of_two(
    database: Database, container: Container, owner: Connection
) -> None:
    organization_id, webhook = uuid4(), a_webhook(topics=["provider.*"])
    await save(container, organization_id, "webhook", webhook)
    outbox = container.webhook_outbox()
    async with PostgresDeliveryElection(database.admin_url).term() as term:
        assert await term.due(10) == []
        await save(container, organization_id, "provider", a_provider(name="Told"))
        [due] = await term.due(10)
        assert (due.organization_id, due.webhook_id, due.is_failing) == (organization_id, webhook.id, False)
        with acting(organization_id):
            pending = await outbox.pending(webhook.id, 10)
            assert pending is not None
            [event] = pending.events
            assert (event.name, event.topic, event.position) == ("Told", "provider.registered", pending.until)
            number = uuid4()
            failed = await outbox.failed(
                webhook.id, number, event, Attempt(failure="No."), position=pending.position, retry_seconds=60
            )
            assert failed is not None
            assert failed.attempts == 1
            assert await term.due(10) == []
            for is_first in (True, False):
                assert (
                    await outbox.delivered(webhook.id, number, event, ACCEPTED, position=pending.position) is is_first
                )
            assert (
                await outbox.failed(webhook.id, number, event, ACCEPTED, position=pending.position, retry_seconds=1)
                is None
            )
        assert await term.due(10) == []
        rows = owner.execute("SELECT status, attempts, response_status, failure FROM webhook_deliveries").fetchall()
        assert rows == [("delivered", 2, 200, None)]
        owner.execute("UPDATE webhook_deliveries SET first_attempt_at = now() - interval '13 days 23 hours'")
        assert await term.sweep(14, 10) == 0
        owner.execute("UPDATE webhook_deliveries SET first_attempt_at = now() - interval '14 days'")
        assert await term.sweep(14, 10) == 1


async def test_what_a_webhook_does_not_want_is_passed_by(container: Container) -> None:
    organization_id, webhook = uuid4(), a_webhook(topics=["model.removed"])
    await save(container, organization_id, "webhook", webhook)
    await save(container, organization_id, "provider", a_provider())
    outbox = container.webhook_outbox()
    with acting(organization_id):
        pending = await outbox.pending(webhook.id, 10)
        assert pending is not None
        assert (pending.events, pending.until) == ([], pending.position + 1)
        assert await outbox.skip(webhook.id, position=pending.position, until=pending.until)
        assert not await outbox.skip(webhook.id, position=pending.position, until=pending.until)


async def test_no_organization_sees_anothers_messages(container: Container) -> None:
    organization_id, webhook = uuid4(), a_webhook()
    await save(container, organization_id, "webhook", webhook)
    event = ReportedEvent(
        position=None,
        topic="webhook.test",
        aggregate_id=webhook.id,
        revision=None,
        facts={},
        name=None,
        actor="user-1",
        reason=None,
        recorded_at=datetime.now(UTC),
    )
    outbox = container.webhook_outbox()
    with acting(uuid4()):
        assert await outbox.pending(webhook.id, 10) is None
        await outbox.tested(webhook.id, uuid4(), event, ACCEPTED)
        assert await container.webhook_documents().all_ids() == []
    with acting(organization_id):
        number = uuid4()
        for _ in range(2):
            await outbox.tested(webhook.id, number, event, ACCEPTED)
