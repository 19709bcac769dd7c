"""Judges every client that is installed, and writes docs/clients.md: `make clients`."""

import asyncio
import sys
from uuid import uuid4

import aiohttp

from entrypoints.http.authorization import Role
from tests.clients.anthropic_client import AnthropicMessages
from tests.clients.client import Client
from tests.clients.environments import HEAVY
from tests.clients.judging import Cell, judge
from tests.clients.openai_client import OpenAIChat, OpenAIResponses
from tests.clients.permitted import shown
from tests.clients.remote import remote
from tests.clients.setting import prepared
from tests.clients.table import PAGE, page
from tests.databases import Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.running_service import RunningService, service_on
from tests.postgres_server import PostgresServer

_IN_THIS_ENVIRONMENT = (OpenAIChat, OpenAIResponses, AnthropicMessages)


async def _judged(service: RunningService) -> tuple[list[Cell], dict[str, str]]:
    organization_id = uuid4()
    cells: list[Cell] = []
    versions: dict[str, str] = {}
    async with aiohttp.ClientSession() as session:
        api = Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))
        setting = await prepared(api, service.sandbox)
    for kind in _IN_THIS_ENVIRONMENT:
        client: Client = kind(setting.url, setting.token)
        cells += await judge(client, setting)
        versions[client.name] = client.version
        print(f"{client.name} {client.version} at {client.api}: {len(cells)} cells", flush=True)
    for heavy in HEAVY:
        command = heavy.command()
        for protocol in heavy.apis:
            async with remote(heavy.name, command, url=setting.url, token=setting.token, api=protocol) as there:
                cells += await judge(there, setting)
                versions[there.name] = there.version
            print(f"{heavy.name} {versions[heavy.name]} at {protocol}: {len(cells)} cells", flush=True)
    return cells, versions


def main() -> None:
    """Write the table, and end with 1 when a cell failed."""
    with PostgresServer() as server:
        server.trade_safety_for_speed()
        databases = Databases(server.uri)
        with service_on(databases.migrated()) as service:
            cells, versions = asyncio.run(_judged(service))
        databases.close()
    PAGE.write_text(page(cells, versions), encoding="utf-8")
    failed = [cell for cell in cells if shown(cell) is None]
    for cell in failed:
        print(f"{cell.client} at {cell.api}, {cell.upstream}, {cell.feature}: {cell.outcome}")
    print(f"{len(cells)} cells, {len(failed)} of them failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
