"""Webhooks in Postgres do what the contract says."""

import pytest

from application.ports.vault import Vault
from application.webhooks.webhooks import Webhooks
from entrypoints.container import Container
from tests.contract.webhooks_contract import WebhooksContract


class PostgresStores:
    """Everything on one database."""

    def __init__(self, container: Container) -> None:
        self.webhooks: Webhooks = container.webhooks()
        self.webhook_vault: Vault = container.webhook_vault()


@pytest.fixture
def subject(container: Container) -> PostgresStores:
    return PostgresStores(container)


class TestPostgresWebhooks(WebhooksContract):
    """On the event log, the tables and the vault."""
