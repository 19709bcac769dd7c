"""What an innocent organization notices while another one attacks, beside what it notices of nothing at all."""

import asyncio
import json
import multiprocessing
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import ForkProcess
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, LiteralString, Self
from urllib.parse import urlsplit

import psycopg
import uvloop

from application.bounds.quotas import QUOTAS
from benchmarks.altered_service import HANGING_NAMES, UNBOUNDED
from benchmarks.environment import SIGNING_KEY, Database, Service, service
from benchmarks.report import Report
from benchmarks.upstream import HOST, played_providers, provider_body
from tests.e2e.fairness.attacks import ATTACKS, Attack, hanging_lookups
from tests.e2e.fairness.hostile_provider import MEBIBYTE, HostileProvider, playing
from tests.e2e.fairness.memory import forget_highest_memory, highest_memory
from tests.e2e.fairness.neighbours import Attacker, Innocent, Organization, Place, Size, Times

LARGE: Final = Size(clients=4, connections=1_000, body_bytes=20 * MEBIBYTE, models=5_000)
_PAST_REQUESTS: Final = 50_000
_TURNS: Final = int(os.environ.get("FAIRNESS_TURNS", "3"))
"""How often quiet and attack alternate: what else the machine does meanwhile then falls on both."""
_SECONDS: Final = float(os.environ.get("FAIRNESS_SECONDS", "3"))
"""For which the innocent is watched in each turn, quiet and attacked."""
_QUOTAS: Final = "tests=120"
"""The innocent tests its provider once a second."""
_LEAD_SECONDS: Final = 1.5
"""In which an attack comes to its full strength."""
_MOST_TIMES: Final = 3.0
_MOST_MILLISECONDS: Final = 50.0
_MOST_MEGABYTES: Final = 400.0
_PATIENCE_SECONDS: Final = 120.0
_NICE: Final = 19
_MOST_WAITS: Final = 60
_KINDS: Final = frozenset({"list", "write", "prompt", "stream", "test", "event"})

_LOGGED: Final = """
INSERT INTO request_log (organization_id, ended_at, id, request_id, actor, labels, door, operation, is_streamed,
    model_asked, outcome, attempts, attempt_count, duration_ms, ignored_fields)
SELECT %(organization_id)s, now() - n * interval '1 second', gen_random_uuid(), 'request-' || n, 'viewer-1',
    '{"team": "blue"}', 'chat_completions', 'prompt', false, 'gpt-4o', 'succeeded', '[]', 1, 100, '[]'
FROM generate_series(1, %(count)s) n
"""


@dataclass(slots=True)
class Watched:
    """What was seen of the innocent and of the service while something was under way, in all its turns together."""

    times: Times = field(default_factory=Times)
    megabytes: float = 0.0
    disk_megabytes: float = 0.0
    held: list[dict[str, Any]] = field(default_factory=list)

    def add(self, turn: Self) -> None:
        """Take in what was seen in another turn."""
        for what, seconds in turn.times.seconds.items():
            self.times.seconds.setdefault(what, []).extend(seconds)
        self.times.failures += turn.times.failures
        self.megabytes = max(self.megabytes, turn.megabytes)
        self.disk_megabytes += turn.disk_megabytes
        # The longest first.
        self.held = sorted([*self.held, *turn.held], key=lambda line: -float(line["seconds"]))

    def p50(self, what: str) -> float:
        """Milliseconds."""
        return median(self.times.seconds.get(what, [inf])) * 1e3

    def p99(self, what: str) -> float:
        """Milliseconds; of few the longest."""
        seconds = self.times.seconds.get(what, [inf])
        return (quantiles(seconds, n=100)[98] if len(seconds) > 100 else max(seconds)) * 1e3


def measure_fairness(data: Database, report: Report) -> None:
    """Measure each attack; FAIRNESS_ATTACKS names some of them, FAIRNESS_TURNS how often, FAIRNESS_SECONDS how long."""
    _measure_all(data, report, _QUOTAS)


def measure_unbounded_fairness(data: Database, report: Report) -> None:
    """Measure the same without quotas and without the bounds that need no setting: what each attack could do."""
    _measure_all(data, report, ",".join(f"{name}=0" for name in QUOTAS), unbounded="1")


def _measure_all(data: Database, report: Report, quotas: str, unbounded: str = "") -> None:
    chosen = [name.strip() for name in os.environ.get("FAIRNESS_ATTACKS", "").split(",") if name.strip()]
    # Each has a provider of its own: what one has to wait for at the other's is not the service's doing.
    with (
        played_providers() as sandbox_url,
        played_providers(niceness=_NICE) as attacked_url,
        _hostile_provider() as hostile_url,
    ):
        addresses = [urlsplit(url).netloc for url in (sandbox_url, attacked_url, hostile_url)]
        allowed = ",".join([*addresses, *(address.replace(HOST, "localhost") for address in addresses[:2])])
        settings = {
            "MODELBOOK_EGRESS_ALLOW": allowed,
            "MODELBOOK_QUOTAS": quotas,
            "MODELBOOK_LOG_FORMAT": "json",
            UNBOUNDED: unbounded,
        }
        program = (sys.executable, "-m", "benchmarks.altered_service")
        with service(data, log=_log(data), program=program, **settings) as running:
            innocent = Innocent(Organization(_place(running, sandbox_url, hostile_url)))
            attacker = Attacker(Organization(_place(running, attacked_url, hostile_url)), LARGE)
            uvloop.run(_settle(innocent, attacker))
            lookups = uvloop.run(hanging_lookups(attacker, HANGING_NAMES))
            _execute(data, _LOGGED, {"organization_id": attacker.organization.id, "count": _PAST_REQUESTS})
            _execute(data, "VACUUM (ANALYZE)")
            _watch(innocent, running, data, 2.0)
            for attack in (*ATTACKS, lookups):
                if not chosen or attack.name in chosen:
                    # Postgres's own, every five minutes, would fall into some attack and write what all before it left.
                    _execute(data, "CHECKPOINT")
                    _measure(attack, innocent, attacker, running, data, report)


def _execute(data: Database, statement: LiteralString, parameters: Mapping[str, object] | None = None) -> None:
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        connection.execute(statement, parameters)


def _place(running: Service, sandbox_url: str, hostile_url: str) -> Place:
    body = provider_body(sandbox_url)
    return Place(
        host=running.host,
        port=running.port,
        secret=SIGNING_KEY,
        # By its name, so that it has to be looked up.
        sandbox_endpoint=body["endpoint"].replace(HOST, "localhost"),
        sandbox_key=body["apiKey"],
        hostile_url=hostile_url,
    )


def _measure(
    attack: Attack, innocent: Innocent, attacker: Attacker, running: Service, data: Database, report: Report
) -> None:
    quiet, attacked, statuses = Watched(), Watched(), Counter[int | str]()
    for _ in range(_TURNS):
        for _ in range(_MOST_WAITS):
            # What the attack before has begun may continue for a while, where nothing bounds it.
            if _watch(innocent, running, data, 0.5).times.seconds.keys() >= _KINDS:
                break
        quiet.add(_watch(innocent, running, data, _SECONDS))
        with _attacked(attack, attacker) as answered:
            attacked.add(_watch(innocent, running, data, _SECONDS, lead=_LEAD_SECONDS))
        statuses.update(answered)
    kinds = sorted(_KINDS)
    worst = max(kinds, key=lambda what: attacked.p99(what) / max(quiet.p99(what), _MOST_MILLISECONDS / _MOST_TIMES))
    failed = len(attacked.times.failures)
    name = f"{attack.name}: {worst}"
    report.add(f"{name}, p50", attacked.p50(worst), "ms", reference=("quiet", quiet.p50(worst)))
    report.add(f"{name}, p99", attacked.p99(worst), "ms", reference=("quiet", quiet.p99(worst)))
    report.add(f"{attack.name}: failed requests of the innocent", failed, "")
    report.add(f"{attack.name}: highest memory of the process", attacked.megabytes, "MB")
    report.add(f"{attack.name}: growth on disk", attacked.disk_megabytes, "MB")
    most = max(_MOST_TIMES * quiet.p99(worst), _MOST_MILLISECONDS)
    is_kept = attacked.p99(worst) <= most and not failed and attacked.megabytes < _MOST_MEGABYTES
    figures = "  ".join(f"{what} {quiet.p99(what):.0f}→{attacked.p99(what):.0f}" for what in kinds)
    print(
        f"{'kept  ' if is_kept else 'BROKEN'} {attack.name}: p99 in ms {figures}; {failed} failed, "
        f"{attacked.megabytes:.0f} MB, disk {attacked.disk_megabytes:+.0f} MB; attacker {dict(statuses)}"
        + "".join(f"\n         {text[:300]}" for text in sorted(set(attacked.times.failures))[:3])
        + "".join(
            f"\n         held {each['seconds']} s, of which its thread worked {each['thread_seconds']} s, "
            f"the process {each['process_seconds']} s: {each['ran'][:220]}"
            for each in attacked.held[:3]
        ),
        flush=True,
    )


async def _settle(innocent: Innocent, attacker: Attacker) -> None:
    await innocent.settle()
    await attacker.settle()


def _watch(innocent: Innocent, running: Service, data: Database, seconds: float, lead: float = 0.0) -> Watched:
    async def watch() -> Times:
        if lead:
            await asyncio.sleep(lead)
        return await innocent.work(seconds=seconds)

    disk, logged = _disk_megabytes(data), _log(data).stat().st_size
    forget_highest_memory(running.process.pid)
    times = uvloop.run(watch())
    return Watched(
        times=times,
        megabytes=highest_memory(running.process.pid) / 1e6,
        disk_megabytes=_disk_megabytes(data) - disk,
        held=_held(data, logged),
    )


def _log(data: Database) -> Path:
    return data.directory / "service.log"


def _held(data: Database, since: int) -> list[dict[str, Any]]:
    """Return what the service has logged since then of its loop being held."""
    with _log(data).open("rb") as file:
        file.seek(since)
        lines = [json.loads(line) for line in file.read().splitlines() if line.startswith(b"{")]
    return [line for line in lines if line["event"] == "the event loop was held"]


def _disk_megabytes(data: Database) -> float:
    """Return the size of the database, the log of its changes not counted: that is reused."""
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        [size] = connection.execute("SELECT pg_database_size(current_database())").fetchone() or [0]
    return float(size) / 1e6


@contextmanager
def _attacked(attack: Attack, attacker: Attacker) -> Iterator[Counter[int | str]]:
    """Attack from a process of its own during the block; what was answered is there after it."""
    statuses: Counter[int | str] = Counter()
    ours, theirs = multiprocessing.Pipe()
    process = _forked(_attack, attack, attacker, theirs)
    try:
        yield statuses
    finally:
        ours.send("enough")
        if ours.poll(_PATIENCE_SECONDS):
            statuses.update(ours.recv())
        process.terminate()
        process.join(_PATIENCE_SECONDS)


def _attack(attack: Attack, attacker: Attacker, orders: Pipe) -> None:
    async def until_told() -> None:
        attacking = asyncio.ensure_future(attack.run(attacker))
        enough = asyncio.get_running_loop().run_in_executor(None, orders.recv)
        await asyncio.wait({attacking, enough}, return_when=asyncio.FIRST_COMPLETED)
        attacking.cancel()
        with suppress(asyncio.CancelledError):
            await attacking
        orders.send(attacker.statuses)

    uvloop.run(until_told())


@contextmanager
def _hostile_provider() -> Iterator[str]:
    """Return the address of a hostile provider in a process of its own."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    process = _forked(_play, port)
    try:
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.join(_PATIENCE_SECONDS)


def _play(port: int) -> None:
    provider = HostileProvider(longest_list=100_000, accepted_list=10_000, answer_bytes=16 * MEBIBYTE - 1_000)

    async def play() -> None:
        async with playing(provider, port):
            await asyncio.Event().wait()

    uvloop.run(play())


def _forked(target: Callable[..., None], *arguments: object) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(target=_elsewhere, args=(target, *arguments), daemon=True)
    process.start()
    return process


def _elsewhere(target: Callable[..., None], *arguments: object) -> None:
    """Run what would be on a machine of its own: what it works itself takes no processor from the service."""
    os.nice(_NICE)
    target(*arguments)
