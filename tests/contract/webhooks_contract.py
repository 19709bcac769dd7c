"""What every store of webhooks does, with the use cases on it."""

from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from application.errors import EndpointRefused, InvalidInput, StaleRevision
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from application.webhooks.change_webhook import ChangeWebhook, change_webhook
from application.webhooks.destination import Destination, opened
from application.webhooks.register_webhook import RegisterWebhook, WebhookSecret, register_webhook
from application.webhooks.remove_webhook import RemoveWebhook, remove_webhook
from application.webhooks.rotate_webhook_secret import RotateWebhookSecret, rotate_webhook_secret
from application.webhooks.webhooks import TooManyWebhooks, WebhookNotFound, Webhooks
from tests.builders import NOW, acting
from tests.fakes.clock import FakeClock
from tests.fakes.outbound_http import FakeOutbound

URL = "https://alerts.example.com/a/b?c=d"


class Stores(Protocol):
    """What is under test, on one log."""

    @property
    def webhooks(self) -> Webhooks: ...

    @property
    def webhook_vault(self) -> Vault: ...


class UseCases:
    """The use cases on the stores, with secrets that differ."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._secrets = (number.to_bytes(32) for number in range(1, 1000))

    async def register(self, **facts: Any) -> WebhookSecret:  # noqa: ANN401 - fields of the command
        return await register_webhook(
            RegisterWebhook(**{"name": "W", "url": URL, "topics": ["*"], **facts}),
            webhooks=self._stores.webhooks,
            vault=self._stores.webhook_vault,
            addresses=FakeOutbound(),
            new_secret=self._secrets.__next__,
        )

    async def change(self, webhook_id: UUID, **facts: Any) -> Recorded:  # noqa: ANN401 - fields of the command
        return await change_webhook(
            ChangeWebhook(webhook_id=webhook_id, **facts),
            webhooks=self._stores.webhooks,
            vault=self._stores.webhook_vault,
            addresses=FakeOutbound(),
        )

    async def rotate(self, webhook_id: UUID, grace_seconds: int = 0) -> WebhookSecret:
        return await rotate_webhook_secret(
            RotateWebhookSecret(webhook_id=webhook_id, grace_seconds=grace_seconds),
            webhooks=self._stores.webhooks,
            vault=self._stores.webhook_vault,
            clock=FakeClock(NOW),
            new_secret=self._secrets.__next__,
        )

    async def remove(self, webhook_id: UUID) -> Recorded:
        return await remove_webhook(RemoveWebhook(webhook_id=webhook_id), webhooks=self._stores.webhooks)

    async def destination(self, webhook_id: UUID) -> Destination:
        return await opened(self._stores.webhook_vault, await self._stores.webhooks.get(webhook_id))


class WebhooksContract:
    """Subclass it in a test module, with a fixture `subject` that gives `Stores`."""

    @pytest.fixture
    def use_cases(self, subject: Stores) -> UseCases:
        return UseCases(subject)

    async def test_the_address_is_kept_with_the_secret_that_was_returned(self, use_cases: UseCases) -> None:
        organization_id = uuid4()
        with acting(organization_id):
            made = await use_cases.register()
        with acting(organization_id):
            held = await use_cases.destination(made.recorded.aggregate_id)
        assert (held.url, held.secrets) == (URL, (made.text,))
        assert str(made.text) not in repr(made) + repr(held)
        assert URL not in repr(held)

    async def test_a_command_that_is_repeated_returns_no_secret(self, use_cases: UseCases) -> None:
        organization_id, command_id = uuid4(), uuid4()
        with acting(organization_id, command_id=command_id):
            first = await use_cases.register()
        with acting(organization_id, command_id=command_id):
            again = await use_cases.register()
        assert again.recorded == first.recorded
        assert (first.text is None, again.text) == (False, None)

    async def test_another_address_keeps_the_secrets(self, use_cases: UseCases) -> None:
        organization_id = uuid4()
        with acting(organization_id):
            made = await use_cases.register()
        webhook_id = made.recorded.aggregate_id
        with acting(organization_id):
            rotated = await use_cases.rotate(webhook_id, grace_seconds=60)
        with acting(organization_id):
            moved = await use_cases.change(webhook_id, url="https://b.example.com/")
        with acting(organization_id):
            unchanged = await use_cases.change(webhook_id, url="https://b.example.com/")
            held = await use_cases.destination(webhook_id)
        assert (moved.revision, unchanged.revision) == (3, 3)
        assert (held.url, held.secrets) == ("https://b.example.com/", (rotated.text, made.text))

    async def test_without_a_grace_the_old_secret_goes(self, use_cases: UseCases) -> None:
        organization_id = uuid4()
        with acting(organization_id):
            made = await use_cases.register()
        with acting(organization_id):
            rotated = await use_cases.rotate(made.recorded.aggregate_id)
        with acting(organization_id):
            assert (await use_cases.destination(made.recorded.aggregate_id)).secrets == (rotated.text,)

    async def test_what_may_not_be_called_or_does_not_happen_is_refused(self, use_cases: UseCases) -> None:
        with acting(uuid4()):
            for url in ("http://alerts.example.com", "https://localhost/", "https://alerts.example.com:8443/", "x"):
                with pytest.raises(EndpointRefused) as refused:
                    await use_cases.register(url=url)
                assert refused.value.pointer == "/url"
            with pytest.raises(InvalidInput):
                await use_cases.register(topics=["provider.exploded"])

    async def test_an_organization_has_so_many_at_most(self, use_cases: UseCases) -> None:
        organization_id = uuid4()
        webhook_ids = []
        for _ in range(20):
            with acting(organization_id):
                webhook_ids.append((await use_cases.register()).recorded.aggregate_id)
        with acting(organization_id), pytest.raises(TooManyWebhooks):
            await use_cases.register()
        with acting(organization_id):
            await use_cases.remove(webhook_ids[0])
        with acting(organization_id):
            await use_cases.register()

    async def test_a_removed_webhook_is_gone(self, use_cases: UseCases) -> None:
        organization_id = uuid4()
        with acting(organization_id):
            made = await use_cases.register()
        webhook_id = made.recorded.aggregate_id
        with acting(organization_id), pytest.raises(StaleRevision):
            await use_cases.change(webhook_id, name="X", expected_revision=7)
        with acting(organization_id):
            await use_cases.remove(webhook_id)
        with acting(organization_id), pytest.raises(WebhookNotFound):
            await use_cases.change(webhook_id, name="X")
        with acting(uuid4()), pytest.raises(WebhookNotFound):
            await use_cases.rotate(webhook_id)
