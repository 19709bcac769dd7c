import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry

from adapters.checkpoints.signing_key import SigningKey
from adapters.system_clock import SystemClock
from application.verification.checkpoint_storage import CheckpointRegister, CheckpointsDisagree
from application.verification.checkpoints import Checkpoint
from application.verification.write_checkpoint import WriteCheckpoint, write_checkpoint
from entrypoints.auditing.checkpoint_writer import CheckpointWatch, CheckpointWriter
from entrypoints.logs import build_logger
from tests.e2e.wait_until import until
from tests.fakes.checkpoints import FakeRegister, FakeSink


class OneOfTwo:
    """Elects this process once, and another one from then on."""

    def __init__(self) -> None:
        self.register = FakeRegister()
        self.attempts = 0

    @asynccontextmanager
    async def leadership(
        self, may_stand: Callable[[CheckpointRegister], Awaitable[None]]
    ) -> AsyncIterator[CheckpointRegister]:
        await may_stand(self.register)
        self.attempts += 1
        while self.attempts > 1:
            await asyncio.sleep(0)
            await may_stand(self.register)
            self.attempts += 1
        yield self.register


async def refused(command: WriteCheckpoint, *, register: CheckpointRegister) -> Checkpoint | None:
    raise CheckpointsDisagree(f"They differ: {command}, {await register.newest()}.")


async def test_what_was_written_before_the_start_is_shown_and_who_does_not_lead_warns_of_nothing() -> None:
    election, sink, registry = OneOfTwo(), FakeSink(), CollectorRegistry()
    write = partial(write_checkpoint, sink=sink, key=SigningKey(Ed25519PrivateKey.generate()), clock=SystemClock())
    before = await write(WriteCheckpoint(always=True), register=election.register)
    assert before is not None
    watch = CheckpointWatch(build_logger(level="error", stream=io.StringIO()), registry)
    running = asyncio.create_task(CheckpointWriter(election, refused, sink, watch, interval=0.5).run())
    await until(lambda: registry.get_sample_value("modelbook_checkpoint_failures_total") == 1)
    written_at = datetime.fromisoformat(before.at).timestamp()
    assert registry.get_sample_value("modelbook_checkpoint_timestamp_seconds") == written_at
    assert registry.get_sample_value("modelbook_checkpoint_number") == before.number
    assert "differ" in (await watch.warning() or "")
    assert registry.get_sample_value("modelbook_checkpoints_disagree") == 1
    await until(lambda: election.attempts > 2)
    assert await watch.warning() is None
    assert registry.get_sample_value("modelbook_checkpoints_disagree") == 0
    running.cancel()
    await asyncio.wait([running])
