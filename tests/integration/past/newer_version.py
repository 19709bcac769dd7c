"""Run with tomorrow's `domain` on the path: prints what every reader makes of what today's code has logged.

Arguments: the URL of the database, the organization, the provider.
"""

import asyncio
import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg_pool import ConnectionPool

from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.resource_documents import PostgresProviderDocuments
from adapters.postgres.tenant_statements import Tenant
from application.ports.resource_documents import PageRequest, ProviderFilter
from application.queries.resource_as_of import AtRevision, provider_as_of
from application.queries.resource_history import history
from tests.builders import acting


async def _read(url: str, organization_id: UUID, provider_id: UUID) -> dict[str, Any]:
    with ConnectionPool(url, min_size=1, max_size=2, kwargs={"autocommit": True}, open=True) as pool:
        ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=projected))
        providers = EventSourcedProviders(ledger)
        async with reading_pool(url) as reading:
            with acting(organization_id):
                provider = await providers.get(provider_id)
                found: dict[str, Any] = {"loaded": provider.name}
                provider.rename("tomorrow's name")
                await providers.save(provider)
                found |= await _raw(Tenant(reading), ledger, provider_id)
        ledger.close()
    return found


async def _raw(tenant: Tenant, rows: Ledger, provider_id: UUID) -> dict[str, Any]:
    """Return what those readers make of it that take facts as they lie in the log."""
    log, past = PostgresAuditLog(tenant), PostgresHistoricalDocuments(tenant)
    story = (await history("provider", provider_id, log=log, rows=rows)).entries[::-1]
    then: datetime = story[1].entry.recorded_at
    page = await past.providers(ProviderFilter(), PageRequest(limit=10), then)
    at_revision = await provider_as_of(provider_id, AtRevision(2), log=log, rows=rows, past=past)
    live = await PostgresProviderDocuments(tenant).get(provider_id)
    return {
        "facts": [dict(entry.entry.facts) for entry in story[1:]],
        "history": [change.after for entry in story[1:] for change in entry.changes if change.field == "name"],
        "at revision": orjson.loads(at_revision.json)["name"],
        "list": [orjson.loads(page.joined)["name"]],
        "live": orjson.loads(live.json)["name"],
    }


if __name__ == "__main__":
    address, organization, thing = sys.argv[1:]
    print(json.dumps(asyncio.run(_read(address, UUID(organization), UUID(thing)))))  # noqa: T201 - the test reads it
