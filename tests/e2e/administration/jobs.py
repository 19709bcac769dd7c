"""Jobs as platform administrators start and follow them."""

import asyncio

from tests.e2e.api_client import Api, Document, Reply

PROJECTIONS = "/api/admin/projections"
JOBS = "/api/admin/jobs"
KEYS = "/api/admin/keys"
PATIENCE_SECONDS = 60.0


async def ended(admin: Api, reply: Reply) -> Document:
    """Return the job of an answer when it has ended."""
    assert reply.status == 202, reply.text
    assert reply.headers["Location"] == f"{JOBS}/{reply.document['id']}"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            job: Document = await admin.get(reply.headers["Location"])
            # One whose process takes long to start seems to be interrupted, but has not ended.
            if job["finishedAt"] is not None:
                return job
            await asyncio.sleep(0.05)
