import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from yarl import URL

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from adapters.providers.provider_gateway import Gateway
from sandbox.server import Sandbox
from tests.contract.providers.sandbox_accounts import Accounts


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def trusted() -> ssl.SSLContext:
    """Give the certificates, which take longer to load than most of the tests take."""
    return ssl.create_default_context()


@pytest_asyncio.fixture
async def accounts(sandbox: Sandbox, trusted: ssl.SSLContext) -> AsyncIterator[Accounts]:
    """Give the gateway with the real way out, which may call the sandbox and nothing else at home."""
    url = URL(sandbox.url)
    async with Egress(EgressAllowList.parse(f"{url.host}:{url.port}"), ssl_context=trusted) as egress:
        yield Accounts(Gateway(egress), sandbox)
