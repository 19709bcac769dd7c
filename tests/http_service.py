"""The HTTP side on a real socket, with views of the test's own and tokens to use them with."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, TypedDict, Unpack
from uuid import UUID

import structlog
from aiohttp import ClientSession, web
from structlog.testing import LogCapture
from structlog.typing import FilteringBoundLogger

from adapters.vault.keyring import Keyring
from application.bounds.shares import Shares
from application.bounds.stocks import Stocks
from application.ports.idempotency_claims import Claims
from entrypoints.http.app import build_app, build_runner
from entrypoints.http.authentication import TokenVerifier
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from entrypoints.http.health import Check
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.idempotency import Fingerprints
from entrypoints.http.metrics import HttpMetrics
from entrypoints.http.rate_limits import RateLimiter
from entrypoints.http.routes import MEBIBYTE, Route
from entrypoints.http.shutdown_state import ShutdownState
from entrypoints.http.token_keys import SharedSecret
from tests.described_answers import as_described
from tests.fakes.idempotency_claims import FakeClaims
from tests.fakes.quotas import quotas_of_all, stocks_of_all
from tests.fakes.rate_limits import FakeRateLimits

SECRET = "a secret of the tests, longer than 32 bytes"
ORGANIZATION = UUID("aaaaaaaa-0000-4000-8000-000000000001")
OTHER_ORGANIZATION = UUID("bbbbbbbb-0000-4000-8000-000000000002")


@dataclass(slots=True)
class CapturedLog:
    """A logger that keeps every line, and the lines."""

    capture: LogCapture = field(default_factory=LogCapture)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the line of a request has been written."""

    def _note(self, _: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if line["event"] == "request":
            self.answered.set()
        return line

    @property
    def logger(self) -> FilteringBoundLogger:
        logger: FilteringBoundLogger = structlog.wrap_logger(
            structlog.ReturnLogger(),
            processors=[self._note, self.capture],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        )
        return logger

    def lines(self, event: str) -> list[dict[str, Any]]:
        return [dict(line) for line in self.capture.entries if line["event"] == event]


@dataclass(slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    document: Any


@dataclass(slots=True)
class Service:
    """A running service."""

    session: ClientSession
    url: str
    log: CapturedLog
    runner: web.AppRunner

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: bytes | BytesIO | AsyncIterator[bytes] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        if isinstance(data, bytes) and len(data) > MEBIBYTE:
            data = BytesIO(data)
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        async with self.session.request(
            method, self.url + path, headers=sent, allow_redirects=False, json=json, data=data
        ) as response:
            content = await response.read()
            is_json = response.content_type.endswith("json") and content
            document = await response.json(content_type=None) if is_json else None
            as_described(method, path, response.status, document)
            return Reply(response.status, response.headers.copy(), content, document)


FINGERPRINTS: Final = Keyring.generate("test").fingerprints


class Parts(TypedDict, total=False):
    """What a test may put in place of the usual parts."""

    verifier: TokenVerifier
    claims: Claims
    fingerprints: Fingerprints
    metrics: HttpMetrics
    limiter: RateLimiter
    stocks: Stocks
    checks: Mapping[str, Check]
    options: HttpOptions
    stopping: ShutdownState


def a_limiter(limits: FakeRateLimits | None = None, **amounts: int) -> RateLimiter:
    """Return what holds requests to the usual quotas, some of them others."""
    quotas = quotas_of_all(**amounts)
    return RateLimiter(limits or FakeRateLimits(), quotas, Shares(quotas))


@asynccontextmanager
async def serving(routes: Sequence[Route], **parts: Unpack[Parts]) -> AsyncIterator[Service]:
    """Serve the routes on a free port while the block runs."""
    log = CapturedLog()
    usual: Parts = {
        "verifier": TokenVerifier(SharedSecret(SECRET)),
        "claims": FakeClaims(),
        "fingerprints": FINGERPRINTS,
        "limiter": a_limiter(),
        "stocks": stocks_of_all(),
        "checks": {},
        "options": HttpOptions(shutdown_seconds=0.1),
        **parts,
    }
    runner = build_runner(build_app(routes, logger=log.logger, **usual), usual["options"], log.logger)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Service(session, f"http://127.0.0.1:{runner.addresses[0][1]}", log, runner)
    await runner.cleanup()


def a_token(
    role: Role | None = Role.ADMIN,
    *,
    organization_id: UUID | None = ORGANIZATION,
    actor: str = "user-1",
    is_platform_admin: bool = False,
) -> str:
    return make_token(
        SECRET,
        actor=actor,
        issued_at=time.time(),
        # Some are made when tests are collected, and used when the last of them runs.
        lifetime_seconds=86_400,
        organization_id=organization_id,
        role=role,
        is_platform_admin=is_platform_admin,
    )
