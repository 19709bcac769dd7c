"""Rebuild and verify a log of 1,000,000 events while people read and write, beside the library's projection runner."""

import asyncio
import json
import multiprocessing
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import aiohttp
import psutil
import psycopg
from psycopg.sql import SQL

from adapters.event_store.inline_projections import projected
from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.connection_pools import writing_pool
from benchmarks.environment import COMMAND, PATIENCE_SECONDS, Database, Service, headers, service
from benchmarks.library_runner import library_rate
from benchmarks.report import Report
from benchmarks.stories import append, model_events, nobody, provider_event

_ORGANIZATIONS: Final = 100
_EVENTS_A_MODEL: Final = 5
_MODELS_A_BATCH: Final = 40
# So often each of two people asks; more would measure them instead.
_PAUSE_SECONDS: Final = 0.01
_CASES: Final[dict[str, LiteralString]] = {
    "no rows": "false",
    "1 % of all rows": "hashtext(id::text) % 100 = 0",
    "all rows": "true",
}


def measure_rebuilding(data: Database, report: Report, *, events: int = 1_000_000) -> None:
    """Measure events a second, memory, and how long anybody waits, where no row differs, few do and all do."""
    organizations = _fill(data, events)
    reference = ("library's ProjectionRunner", library_rate(data))
    with service(data) as running:
        for differing, condition in _CASES.items():
            wrong = _spoil(data, condition)
            found = _under_load(
                data, report, running, organizations[0], work=f"rebuild, {differing} differ", reference=reference
            )
            assert found["data"][0]["differences"]["count"] == wrong, found["data"]
            report.add(f"rebuild, {differing} differ: longest lock of a head", found["longestLockMs"], "ms")
        found = _under_load(data, report, running, organizations[0], work="verify --full", reference=reference)
        assert found["data"][0]["differences"]["count"] == 0, found["data"]
        started = time.perf_counter()
        _measured(data, "verify", "ai_models")
        report.add("verify where nothing has changed since, with its start", time.perf_counter() - started, "s")
        report.add(
            f"audit verify at {events:,} events, with its start", _audited(data), "events/s", reference=reference
        )


def _spoil(data: Database, condition: LiteralString) -> int:
    """Make rows wrong, and return how many."""
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        wrong = connection.execute(SQL("UPDATE ai_models SET name = 'Wrong' WHERE {}").format(SQL(condition))).rowcount
        connection.execute("VACUUM (ANALYZE) ai_models")
    return wrong


def _under_load(
    data: Database, report: Report, running: Service, organization_id: UUID, *, work: str, reference: tuple[str, float]
) -> dict[str, Any]:
    """Do the work while one of the organizations is used, report how that went, and return what was found."""
    load = _Load(running, organization_id)
    measured = _measured(data, *work.partition(",")[0].split(), "ai_models")
    seen = load.ended()
    report.add(f"{work}: under load", measured.rate, "events/s", reference=reference)
    report.add(f"{work}: memory of its process", measured.megabytes, "MB")
    report.add(f"{work}: requests answered meanwhile", seen["answered"], "requests")
    report.add(f"{work}: requests failed or answered wrongly", seen["wrong"], "requests")
    report.add(f"{work}: longest write meanwhile", seen["longest write"] * 1000, "ms")
    report.add(f"{work}: longest read meanwhile", seen["longest read"] * 1000, "ms")
    return measured.document


@dataclass(frozen=True, slots=True)
class _Measured:
    rate: float
    megabytes: float
    document: dict[str, Any]


def _measured(data: Database, *arguments: str) -> _Measured:
    environment = {**os.environ, "MODELBOOK_DATA_DIR": str(data.directory)}
    with tempfile.TemporaryFile() as result:
        process = subprocess.Popen(
            [COMMAND, "projections", *arguments, "--json"], env=environment, stdout=result, stderr=subprocess.DEVNULL
        )
        watched, most = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
        process.wait(timeout=PATIENCE_SECONDS)
        result.seek(0)
        output = result.read()
    assert process.returncode == 0, output
    document = json.loads(output)
    with psycopg.connect(data.owner_url) as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM finished_at - started_at)::float8 FROM admin_jobs"
            " ORDER BY created_at DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    return _Measured(document["events"] / row[0], most / 1e6, document)


def _audited(data: Database) -> float:
    """Return how many events a second `modelbook audit verify` proves."""
    started = time.perf_counter()
    environment = {**os.environ, "MODELBOOK_DATA_DIR": str(data.directory)}
    done = subprocess.run(
        [COMMAND, "audit", "verify", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    document = json.loads(done.stdout)
    assert document["intact"], document["findings"]
    return float(document["events"]) / (time.perf_counter() - started)


class _Load:
    """Two people in a process of their own: one registers models and reads each back, one reads lists."""

    def __init__(self, running: Service, organization_id: UUID) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        url = f"http://{running.host}:{running.port}"
        self._process = context.Process(target=_people, args=(url, organization_id, theirs))
        self._process.start()
        _received(self._ours)

    def ended(self) -> dict[str, float]:
        """Return what they have seen."""
        self._ours.send("stop")
        seen: dict[str, float] = _received(self._ours)
        self._process.join(PATIENCE_SECONDS)
        return seen


def _received(pipe: Connection) -> Any:  # noqa: ANN401 - whatever was sent
    assert pipe.poll(PATIENCE_SECONDS), "the other process has said nothing"
    return pipe.recv()


def _people(url: str, organization_id: UUID, pipe: Connection) -> None:
    asyncio.run(_work(url, organization_id, pipe))


async def _work(url: str, organization_id: UUID, pipe: Connection) -> None:
    seen: dict[str, float] = {"answered": 0, "wrong": 0, "longest write": 0, "longest read": 0}
    async with aiohttp.ClientSession(url, headers=headers(organization_id)) as session:

        async def ask(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
            started = time.perf_counter()
            async with session.request(method, path, json=body) as answer:
                document = await answer.json()
            longest = "longest read" if method == "GET" else "longest write"
            seen[longest] = max(seen[longest], time.perf_counter() - started)
            seen["answered"] += 1
            seen["wrong"] += answer.status not in {200, 201}
            return document

        provider = await ask("POST", "/api/ai/providers", {"name": f"Provider {uuid4()}", "providerType": "openai"})
        registered = (await ask("GET", "/api/ai/models?limit=1&includeTotal=true"))["pagination"]["total"]

        async def write() -> None:
            nonlocal registered
            while not pipe.poll():
                body = {"providerId": provider["id"], "modelId": f"model-{registered}"}
                model = await ask("POST", "/api/ai/models", body)
                registered += 1
                seen["wrong"] += (await ask("GET", f"/api/ai/models/{model['id']}")) != model
                await asyncio.sleep(_PAUSE_SECONDS)

        async def read() -> None:
            while not pipe.poll():
                least = registered
                page = await ask("GET", "/api/ai/models?limit=1&includeTotal=true")
                seen["wrong"] += not least <= page["pagination"]["total"] <= registered + 1
                await asyncio.sleep(_PAUSE_SECONDS)

        pipe.send("ready")
        await asyncio.gather(write(), read())
    _received(pipe)
    pipe.send(seen)


def _fill(data: Database, events: int) -> list[UUID]:
    """Append models with five events each, of a hundred organizations in turn, so that each one's lie far apart."""
    with writing_pool(data.app_url, size=1) as pool:
        recorder = LedgerRecorder(pool, scope=nobody, projector=projected)
        organizations = [(uuid4(), uuid4()) for _ in range(_ORGANIZATIONS)]
        for organization_id, provider_id in organizations:
            recorder.insert_events([provider_event(provider_id)], append=append(organization_id))
        for number in range(events // (_EVENTS_A_MODEL * _MODELS_A_BATCH)):
            organization_id, provider_id = organizations[number % _ORGANIZATIONS]
            batch = [event for _ in range(_MODELS_A_BATCH) for event in model_events(provider_id)]
            recorder.insert_events(batch, append=append(organization_id))
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) events, ai_models, ai_providers")
    return [organization_id for organization_id, _ in organizations]
