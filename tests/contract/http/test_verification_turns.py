"""Who may verify: each organization for itself, and nobody in place of another."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from uuid import UUID

from application.errors import Unavailable
from application.verification.raw_events import RawEvents
from application.verification.verify_log import Verification
from entrypoints.http.authorization import Role
from entrypoints.http.routes import routes_of
from entrypoints.http.views.verification import VerificationViews
from tests.fakes.raw_events import FakeRawEvents
from tests.http_service import ORGANIZATION, OTHER_ORGANIZATION, Service, a_token

Serve = Callable[..., Awaitable[Service]]


class SlowVerification:
    """Begins when it is its turn, and ends when the test says so."""

    def __init__(self) -> None:
        self.begun: list[UUID] = []
        self.entered = asyncio.Event()
        self.gate = asyncio.Event()

    async def __call__(self, *, log: RawEvents, only: UUID, full: bool) -> Verification:  # noqa: ARG002 - the use case's
        self.begun.append(only)
        self.entered.set()
        await self.gate.wait()
        raise Unavailable


async def unused(*_: object) -> Any:  # noqa: ANN401 - never called
    raise NotImplementedError


async def exported(*_: object, **__: object) -> AsyncGenerator[bytes]:
    yield b""


async def test_an_organization_waits_for_one_verification_of_another_at_most(serve: Serve) -> None:
    slow = SlowVerification()
    views = VerificationViews(
        verify=slow, export=exported, log_of=lambda _: FakeRawEvents([]), record_restore=unused, public_key=None
    )
    service = await serve(*routes_of(views))

    async def verify(organization_id: UUID) -> str:
        token = a_token(Role.VIEWER, organization_id=organization_id)
        code: str = (await service.ask("GET", "/api/ai/audit/verify", token=token)).document["code"]
        return code

    first = asyncio.create_task(verify(ORGANIZATION))
    await slow.entered.wait()
    other = asyncio.create_task(verify(OTHER_ORGANIZATION))
    assert [await verify(ORGANIZATION) for _ in range(3)] == ["rate-limited"] * 3
    slow.gate.set()
    assert (await first, await other) == ("unavailable", "unavailable")
    assert slow.begun == [ORGANIZATION, OTHER_ORGANIZATION]
