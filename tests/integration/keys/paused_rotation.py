"""A process that rotates and stops for ever after the first batch; the keyring comes over standard input."""

import asyncio
import sys
import time

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.keyring import Keyring
from application.master_keys.rotate_master_key import RotateMasterKey, rotate_master_key
from tests.integration.keys.credentials import master_keys


class _StandingStill:
    """Implements `application.ports.progress.Progress`."""

    async def begin(self, step: str, total: int = 0) -> None:
        del step, total

    async def advance(self, amount: int) -> None:
        del amount
        sys.stdout.write("half-way\n")
        sys.stdout.flush()
        while True:
            time.sleep(60)  # noqa: ASYNC251 - standing still is the point


async def main() -> None:
    keyring = Keyring.parse(sys.stdin.readline())
    async with reading_pool(sys.argv[1]) as pool:
        stock = PostgresCredentialStock(pool)
        await rotate_master_key(RotateMasterKey(), keys=master_keys(keyring), stock=stock, progress=_StandingStill())


if __name__ == "__main__":
    asyncio.run(main())
