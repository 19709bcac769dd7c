"""The request log as the API has it."""

import asyncio
from typing import Final

from tests.e2e.api_client import Api, Document

REQUESTS: Final = "/api/ai/requests"

_PATIENCE_SECONDS = 20.0


async def logged(api: Api, *, at_least: int, **query: object) -> list[Document]:
    """Wait until there are so many calls in the log, which are written some time after they ended; return all."""
    found = 0
    for _ in range(round(_PATIENCE_SECONDS / 0.1)):
        found = (await api.get(REQUESTS, **query, limit=1, includeTotal=True))["pagination"]["total"]
        if found >= at_least:
            return await api.rows(REQUESTS, **query, limit=200)
        await asyncio.sleep(0.1)
    message = f"{found} of {at_least} calls came into the log"
    raise AssertionError(message)
