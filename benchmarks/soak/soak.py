"""All kinds of work while one thing after the other goes wrong: nothing acknowledged may be lost or doubled."""

import asyncio
import logging
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import psutil
from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.environment import SIGNING_KEY, Database
from benchmarks.report import Report
from benchmarks.soak.deployment import Deployment, deployment
from benchmarks.soak.faults import FAULTS, Fault
from benchmarks.soak.http_client import Client
from benchmarks.soak.journal import Journal
from benchmarks.soak.judging import has_caught_up, judge
from benchmarks.soak.readers import MODEL, Administrator, Follower, Prober, Reader, Receiver
from benchmarks.soak.writers import KEYS, MODELS, PROVIDERS, Writer
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token

_MINUTES: Final = 30.0
_SHORTEST_SECONDS: Final = 30.0
"""What a fault, the recovery and some quiet take where there is time for more than one round."""
_SHORT_SECONDS: Final = 15.0
"""Where there is more time for a fault, it lasts longer."""
_QUIET_SECONDS: Final = 10.0
_ORGANIZATIONS: Final = 3
_WRITERS: Final = 2
_PROMPTERS: Final = 2
_STREAMS: Final = 2
# Issued before and good after every clock that is set here.
_TOKEN_SECONDS: Final = 2 * 24 * 3600.0
_BUDGET_USD: Final = 0.02
# What calls that both workers have under way at the same time may cost beyond it.
_OVERSPENT_USD: Final = 0.02
# To reach. A pool pauses up to 5 s between attempts; a leader that is lost is noticed within 10 s.
_RECOVERY_SECONDS: Final = 20.0
_LATEST_SECONDS: Final = 90.0
_GROWTH_MEGABYTES: Final = 40.0
_ENDING_SECONDS: Final = 90.0


@dataclass(slots=True)
class Figures:
    """What came of a fault in all rounds."""

    times: int = 0
    held: float = 0.0
    longest: float = 0.0
    recovery: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: str | None = None


@dataclass(slots=True)
class Soak:
    """The work, the faults, and what is found of them."""

    deployed: Deployment
    session: aiohttp.ClientSession
    progress: Progress
    journal: Journal = field(default_factory=Journal)
    has_to_stop: asyncio.Event = field(default_factory=asyncio.Event)
    writers: list[Writer] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    followers: dict[UUID, Follower] = field(default_factory=dict)
    receivers: dict[UUID, Receiver] = field(default_factory=dict)
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    figures: dict[str, Figures] = field(default_factory=lambda: {fault.name: Figures() for fault in FAULTS})
    memory: list[tuple[str, float, int]] = field(default_factory=list)

    async def begin(self) -> list[asyncio.Task[None]]:
        """Register what is worked with, and start the work."""
        for _ in range(_ORGANIZATIONS):
            await self._organization()
        administrator = Administrator(self._client(None, is_platform_admin=True), self.journal, self.has_to_stop)
        prober = Prober(administrator.client, self.journal, self.has_to_stop)
        work = [administrator.administer_on(), prober.probe_on()]
        work += [writer.write_on() for writer in self.writers]
        work += [self.writers[0].issue_keys()]
        for reader in self.readers:
            work += [reader.list_on(), reader.test_on()]
        work += [self.readers[number % _ORGANIZATIONS].prompt_on() for number in range(_PROMPTERS)]
        work += [self.readers[number % _ORGANIZATIONS].stream_on() for number in range(_STREAMS)]
        work += [follower.follow_on() for follower in self.followers.values()]
        return [asyncio.create_task(each) for each in work]

    async def inflict(self, fault: Fault, seconds: float, number: int) -> None:
        """Do one thing, measure the recovery, and leave the rest of the time quiet."""
        figures, journal = self.figures[fault.name], self.journal
        figures.skipped = fault.missing(self.deployed)
        if figures.skipped is not None:
            self._say(f"skipped: {fault.name}: {figures.skipped}")
            return
        ends = time.monotonic() + seconds
        journal.phase = fault.name
        before, wrong = Counter(journal.outcomes), len(journal.wrong)
        held = fault.seconds * max(1.0, seconds / _SHORT_SECONDS)
        async with fault.inflict(self.deployed, journal):
            await asyncio.sleep(held)
        figures.recovery.append(await self._recovered())
        figures.times += 1
        figures.held = held
        journal.phase = f"after {fault.name}"
        await asyncio.sleep(max(0.0, ends - time.monotonic()))
        happened = Counter(journal.outcomes) - before
        outcomes: Counter[str] = Counter()
        for (_, outcome), count in happened.items():
            outcomes[outcome] += count
        figures.outcomes += outcomes
        figures.longest = max(figures.longest, *self.longest.values())
        slowest = max(self.longest, key=self.longest.__getitem__)
        waited = f"{slowest} {self.longest[slowest]:.0f} s"
        self.longest.clear()
        self._say(
            f"{number}. {fault.name} for {held:.0f} s: {outcomes['done']} done, "
            f"{outcomes.total() - outcomes['done']} not, well again after {figures.recovery[-1]:.1f} s, "
            f"longest wait {waited}, {len(journal.wrong) - wrong} wrong"
        )

    async def end(self, work: list[asyncio.Task[None]]) -> None:
        """Let the clients finish what they began, and see that nothing hangs."""
        self.journal.phase = "at the end"
        self.has_to_stop.set()
        # A follower waits for what happens, and is told of nothing more.
        followers = work[-len(self.followers) :]
        _, late = await asyncio.wait(work[: -len(self.followers)], timeout=_ENDING_SECONDS)
        if late:
            self.journal.fault(f"{len(late)} clients have not come to their end within {_ENDING_SECONDS:g} s")
        self.measure("end")
        await has_caught_up(self.deployed, self.journal, self.followers, self.receivers)
        await self._judge_budgets()
        await self._count_replica_reads()
        for task in (*late, *followers):
            task.cancel()
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, Exception):
                self.journal.fault(f"a client failed: {result!r}")

    def measure(self, when: str) -> None:
        """Note the largest memory and the open files of the workers."""
        workers = self.deployed.workers()
        megabytes = max(worker.memory_info().rss for worker in workers) / 1e6
        self.memory.append((when, megabytes, max(worker.num_fds() for worker in workers)))

    async def _organization(self) -> None:
        organization_id = uuid4()
        client = self._client(organization_id)
        sandbox, receiver = self.deployed.sandbox, Receiver(self.deployed)
        self.receivers[organization_id] = receiver
        url = await _listening(receiver)
        provider = await self._made(
            client,
            PROVIDERS,
            {
                "name": "Sandbox",
                "providerType": "openai",
                "endpoint": sandbox.endpoint("openai"),
                "apiKey": sandbox.key("openai"),
            },
        )
        await self._made(client, "/api/ai/webhooks", {"name": "Receiver", "url": url, "topics": ["model.*"]})
        await self._made(client, MODELS, {"providerId": provider["id"], "modelId": MODEL})
        key = await self._made(client, KEYS, {"name": "Program"})
        budget = {"usd": _BUDGET_USD, "period": "total"}
        poor = await self._made(client, KEYS, {"name": "Poor program", "budget": budget})
        self.followers[organization_id] = Follower(client, self.journal, self.has_to_stop)
        self.readers.append(
            Reader(
                client,
                client.of(key["secret"]),
                client.of(poor["secret"]),
                self.journal,
                organization_id,
                self.has_to_stop,
            )
        )
        self.writers += [Writer(client, self.journal, organization_id, self.has_to_stop) for _ in range(_WRITERS)]

    async def _made(self, client: Client, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        answer = await client.ask("POST", path, body)
        assert answer is not None, path
        assert answer.status == 201, answer.text
        return answer.document

    def _client(self, organization_id: UUID | None, *, is_platform_admin: bool = False) -> Client:
        token = make_token(
            SIGNING_KEY,
            actor="soak",
            issued_at=time.time() - _TOKEN_SECONDS / 2,
            lifetime_seconds=_TOKEN_SECONDS,
            organization_id=organization_id,
            role=None if organization_id is None else Role.ADMIN,
            is_platform_admin=is_platform_admin,
        )
        return Client(self.session, self.deployed.url, token, self.longest)

    async def _recovered(self) -> float:
        """Return after how many seconds everything that is asked is answered well, three times on new connections."""
        began, seconds = time.monotonic(), 0.0
        reader, well = self.readers[0], 0
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Are you there?"}]}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
            client = Client(session, reader.client.url, reader.client.credential)
            program = Client(session, reader.client.url, reader.program.credential)
            while well < 3:
                answers = await asyncio.gather(
                    client.ask("GET", MODELS),
                    client.ask("PATCH", f"{PROVIDERS}/{await self._provider_id(client)}", {"name": f"P {uuid4()}"}),
                    program.ask("POST", "/v1/chat/completions", body),
                    client.ask("GET", "/readyz"),
                )
                well = well + 1 if all(answer is not None and answer.status == 200 for answer in answers) else 0
                seconds = time.monotonic() - began
                if seconds > _LATEST_SECONDS:
                    said = [None if answer is None else (answer.status, answer.text[:200]) for answer in answers]
                    self.journal.fault(f"not well again within {_LATEST_SECONDS:g} s: {said}")
                    return seconds
                await asyncio.sleep(0.1)
        if seconds > _RECOVERY_SECONDS:
            self.journal.fault(f"well again only after {seconds:.1f} s")
        return seconds

    async def _provider_id(self, client: Client) -> str:
        answer = await client.ask("GET", f"{PROVIDERS}?q=P&limit=1&sort=createdAt")
        return answer.document["data"][0]["id"] if answer is not None and answer.status == 200 else str(uuid4())

    async def _judge_budgets(self) -> None:
        for reader in self.readers:
            answer = await reader.client.ask("GET", f"{KEYS}?q=Poor")
            assert answer is not None, "the service does not answer"
            for key in answer.document["data"]:
                if key["budget"]["spentUsd"] > _BUDGET_USD + _OVERSPENT_USD:
                    self.journal.fault(f"a budget of {_BUDGET_USD} USD was overspent: {key['budget']}")

    async def _count_replica_reads(self) -> None:
        """Print how many of the reads since the last kill the replica has answered."""
        answer = await self.readers[0].client.ask("GET", "/metrics")
        assert answer is not None, "the service does not answer"
        for line in answer.text.splitlines():
            if line.startswith("modelbook_replica_reads_total"):
                self._say(line)

    def _say(self, line: str) -> None:
        self.progress.console.print(line, highlight=False, soft_wrap=True)


async def _listening(receiver: Receiver) -> str:
    """Have the receiver listen on a port of its own for as long as the process lives, and return its address."""
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/"


def measure_soak(_: Database, report: Report) -> None:
    """Work for MINUTES (30) while faults come in turn; what is wrong in the end ends the program with 1."""
    asyncio.run(_measured(float(os.environ.get("MINUTES") or _MINUTES), report))


async def _measured(minutes: float, report: Report) -> None:
    ends = time.monotonic() + minutes * 60
    # The sandbox's own: whoever goes away in the middle of a stream does so on purpose here.
    logging.getLogger("aiohttp.server").disabled = True
    async with _soaking() as soak:
        work = await soak.begin()
        soak.journal.phase = "quiet"
        await asyncio.sleep(_QUIET_SECONDS)
        soak.measure("beginning")
        possible = [fault for fault in FAULTS if fault.missing(soak.deployed) is None]
        seconds_left = ends - time.monotonic() - _QUIET_SECONDS
        rounds = max(1, int(seconds_left / (_SHORTEST_SECONDS * len(possible))))
        seconds = seconds_left / (rounds * len(possible))
        bar = soak.progress.add_task("", total=rounds * len(FAULTS))
        for round_number in range(1, rounds + 1):
            for fault in FAULTS:
                soak.progress.update(bar, description=f"round {round_number} of {rounds}: {fault.name}")
                await soak.inflict(fault, seconds, round_number)
                soak.progress.advance(bar)
                if fault.name == _LAST_BEFORE_KILLS:
                    soak.measure(f"round {round_number}, before the kills")
        soak.progress.update(bar, description="comparing what was promised with the log")
        await soak.end(work)
        counts = await asyncio.to_thread(judge, soak.deployed, soak.journal, list(soak.receivers))
        _judge_memory(soak)
        _judge_end(soak)
        _tell(soak, counts, report)


_LAST_BEFORE_KILLS: Final = "a worker frozen"


@asynccontextmanager
async def _soaking() -> AsyncIterator[Soak]:
    columns = (BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"), TimeRemainingColumn())
    async with AsyncExitStack() as stack:
        progress = stack.enter_context(Progress(*columns, TextColumn("{task.description}"), transient=True))
        deployed = await stack.enter_async_context(deployment())
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        yield Soak(deployed, session, progress)


def _judge_memory(soak: Soak) -> None:
    """The same processes are measured before they are killed in each round: they must not be larger each time."""
    of_rounds = [megabytes for when, megabytes, _ in soak.memory if when.startswith("round")]
    if of_rounds[-1] > of_rounds[0] + _GROWTH_MEGABYTES:
        soak.journal.fault(f"memory has grown from {of_rounds[0]:.0f} to {of_rounds[-1]:.0f} MB")


def _judge_end(soak: Soak) -> None:
    code = soak.deployed.stop()
    if code != 0:
        soak.journal.fault(f"the service ended with {code} when it was told to stop")
    for line in soak.deployed.logged()[:20]:
        soak.journal.fault(f"logged: {line[:600]}")
    left = [process for process in psutil.Process().children() if process.name() == "modelbook"]
    if left:
        soak.journal.fault(f"processes are left: {left}")


def _tell(soak: Soak, counts: Counter[str], report: Report) -> None:
    table = Table(
        "fault", "lasted", "well again after, s", "longest wait, s", "done", "refused", "broken off", title="faults"
    )
    for name, figures in soak.figures.items():
        if figures.skipped is not None:
            table.add_row(name, f"skipped: {figures.skipped}")
            continue
        broken = figures.outcomes["no answer"] + figures.outcomes["broken off"]
        done = figures.outcomes["done"]
        table.add_row(
            name,
            f"{figures.times} of {figures.held:.0f} s",
            ", ".join(f"{seconds:.1f}" for seconds in figures.recovery),
            f"{figures.longest:.1f}",
            str(done),
            str(figures.outcomes.total() - done - broken),
            str(broken),
        )
    Console(width=140).print(table)
    for when, megabytes, files in soak.memory:
        report.add(f"memory of a worker, {when}", megabytes, "MB")
        report.add(f"open files of a worker, {when}", files, "files")
    report.add("longest start of the service", max(soak.deployed.starts), "s")
    by_kind: Counter[str] = Counter()
    for (kind, outcome), count in soak.journal.outcomes.items():
        if outcome == "done":
            by_kind[kind] += count
    for kind, count in sorted(by_kind.items()):
        report.add(f"{kind} done", count, "")
    for what in ("acknowledged", "refused", "unknown", "lost", "doubled", "events", "calls", "calls not logged"):
        report.add(f"{what}", counts[what], "")
    for what in sorted(counts):
        if what.startswith("503 "):
            report.add(f"changes of which a 503 said {what[4:]}", counts[what], "")
    report.add("wrong", len(soak.journal.wrong), "")
    for sentence in soak.journal.wrong:
        Console(width=200).print(sentence, highlight=False, markup=False)
    report.has_failed = soak.deployed.keeps_logs = bool(soak.journal.wrong)
    if report.has_failed:
        print(f"What the service and Postgres have logged is kept in {soak.deployed.folder}.")
