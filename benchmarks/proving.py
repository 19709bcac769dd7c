"""What checkpoints cost by the number of organizations, and how fast a log of many organizations is verified."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.checkpoints.file_sink import FileSink
from adapters.checkpoints.signing_key import Ed25519Signatures, SigningKey
from adapters.postgres.checkpoint_election import CheckpointElection
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.raw_events import PostgresRawEvents
from adapters.system_clock import SystemClock
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.verify_log import Verification, verify_log
from application.verification.write_checkpoint import WriteCheckpoint, write_checkpoint
from benchmarks.environment import Database
from benchmarks.report import Report

_ORGANIZATIONS: Final = (10, 1_000, 100_000)
_CHANGED: Final = 100
_ROUNDS: Final = 50
_SMALL: Final = 3_000
_LARGE: Final = 6
_HEADS: Final = """
INSERT INTO organization_heads (organization_id, org_sequence, hash, recorded_at, is_changed)
SELECT gen_random_uuid(), 100, sha256(int8send(n)), clock_timestamp(), true FROM generate_series(1, %s) n
"""
_CHANGE: Final = """
UPDATE organization_heads SET org_sequence = org_sequence + 1, is_changed = true
WHERE organization_id IN (SELECT organization_id FROM organization_heads LIMIT %s)
"""
_FILL: Final = """
SELECT append_events(%(organization)s, gen_random_uuid(), 'benchmark', 'benchmark', NULL,
    array_agg(gen_random_uuid()), array_agg(1), array_agg('model.renamed'::text),
    array_agg(convert_to('{"name":"A better name","sources":{"name":"manual"}}', 'UTF8')), NULL, NULL, NULL)
FROM generate_series(1, 100)
"""


def measure_checkpoints(data: Database, report: Report) -> None:
    """Measure a checkpoint of a hundred changed heads, and one over all heads, by how many organizations there are."""
    with psycopg.connect(data.owner_url, autocommit=True) as owner:
        for organizations in _ORGANIZATIONS:
            owner.execute("TRUNCATE organization_heads, newest_checkpoint")
            owner.execute(_HEADS, (organizations,))
            owner.execute("VACUUM ANALYZE organization_heads")
            full, changed = asyncio.run(_checkpoints(data, owner, min(_CHANGED, organizations)))
            of = f"of {organizations:,} organizations"
            report.add(f"checkpoint, {min(_CHANGED, organizations)} heads changed {of}", changed, "ms")
            report.add(f"checkpoint over all heads {of}", full, "ms")


def measure_verifying(data: Database, report: Report) -> None:
    """Measure a verification of 510,000 events of 3,006 organizations: the first, and one that continues it."""
    with psycopg.connect(data.owner_url, autocommit=True) as owner:
        for number in range(_SMALL + _LARGE):
            organization = f"00000000-0000-4000-8000-{number:012}"
            for _ in range(1 if number < _SMALL else 350):
                owner.execute(_FILL, {"organization": organization}, prepare=True)
        owner.execute("VACUUM ANALYZE events, organization_heads")
    for name, full in (("first", False), ("from the last proof", False), ("full", True)):
        seconds, found = asyncio.run(_verified(data, full=full))
        assert found.findings == []
        report.add(f"audit verify, {found.organizations:,} organizations, {name}", found.events / seconds, "events/s")


async def _checkpoints(
    data: Database, owner: psycopg.Connection[tuple[object, ...]], changed: int
) -> tuple[float, float]:
    """Return what the first checkpoint took, over all heads, and the median of those that followed."""
    with tempfile.TemporaryDirectory() as folder:
        sink, key = FileSink(Path(folder)), SigningKey(Ed25519PrivateKey.generate())
        async with CheckpointElection(data.admin_url).session() as register:
            taken = []
            for _ in range(1 + _ROUNDS):
                owner.execute(_CHANGE, (changed,))
                begun = time.perf_counter()
                await write_checkpoint(WriteCheckpoint(), register=register, sink=sink, key=key, clock=SystemClock())
                taken.append(1000 * (time.perf_counter() - begun))
    return taken[0], median(taken[1:])


async def _verified(data: Database, *, full: bool) -> tuple[float, Verification]:
    key = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    sink = FileSink(data.directory / "sink")
    checkpoints = CheckpointVerifier(signatures=Ed25519Signatures(), clock=SystemClock(), sink=sink, key=key)
    async with CheckpointElection(data.admin_url).session() as register:
        await write_checkpoint(WriteCheckpoint(), register=register, sink=sink, key=key, clock=SystemClock())
    async with reading_pool(data.admin_url, size=5) as pool:
        begun = time.perf_counter()
        found = await verify_log(log=PostgresRawEvents(pool.connection), checkpoints=checkpoints, full=full)
        return time.perf_counter() - begun, found
