"""Compares what was promised with what is there, when all is over."""

import asyncio
import time
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from benchmarks.soak.deployment import Deployment
from benchmarks.soak.journal import Change, Journal
from benchmarks.soak.readers import Follower, Receiver
from tests.log_contents import assert_whole
from tests.projection_tables import assert_tables_equal_the_log

# How a change is found in the log: by a field of its event, or by the id of what it happened to.
_MARKED_BY: Final = {
    "model.registered": "model_id",
    "model.renamed": "name",
    "provider.registered": "name",
    "access-key.issued": "name",
    "model.removed": None,
    "provider.removed": None,
    "access-key.revoked": None,
}
# Calls are written every half second: one that ended right before its process was killed may be lost.
_UNWRITTEN_SECONDS: Final = 2.0
_CATCH_UP_SECONDS: Final = 60.0
_EVENTS: Final = """
SELECT organization_id, org_sequence, aggregate_id, topic, state, command_id, recorded_at FROM events
WHERE organization_id = ANY (%s) ORDER BY organization_id, org_sequence
"""


async def has_caught_up(
    deployed: Deployment, journal: Journal, followers: dict[UUID, Follower], receivers: dict[UUID, Receiver]
) -> None:
    """Wait until followers and receivers have had all; judge what and in which order receivers had."""
    deadline = time.monotonic() + _CATCH_UP_SECONDS
    wanted, heads = await asyncio.to_thread(_positions, deployed, list(receivers))
    while time.monotonic() < deadline and not (
        all(follower.position >= heads[of] for of, follower in followers.items())
        and all(set(receivers[of].positions) >= set(positions) for of, positions in wanted.items())
    ):
        await asyncio.sleep(0.2)
        wanted, heads = await asyncio.to_thread(_positions, deployed, list(receivers))
    for of, follower in followers.items():
        if follower.position < heads[of]:
            journal.fault(f"a follower is at {follower.position} of {heads[of]} after {_CATCH_UP_SECONDS:g} s")
    for of, positions in wanted.items():
        arrived = list(dict.fromkeys(receivers[of].positions))
        missing = set(positions) - set(arrived)
        if missing:
            journal.fault(
                f"{len(missing)} of {len(positions)} webhook messages have not arrived: {sorted(missing)[:5]}"
            )
        if arrived != sorted(arrived):
            journal.fault("webhook messages arrived out of order")
        if set(arrived) - set(positions):
            journal.fault(f"webhook messages of no event: {sorted(set(arrived) - set(positions))[:5]}")


def _positions(deployed: Deployment, organizations: list[UUID]) -> tuple[dict[UUID, list[int]], dict[UUID, int]]:
    with psycopg.connect(deployed.postgres.owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT organization_id, org_sequence FROM events"
            " WHERE topic LIKE 'model.%%' AND organization_id = ANY (%s) ORDER BY 1, 2",
            (organizations,),
        ).fetchall()
        heads = owner.execute("SELECT organization_id, org_sequence FROM organization_heads").fetchall()
    wanted: dict[UUID, list[int]] = {organization_id: [] for organization_id in organizations}
    for organization_id, position in rows:
        wanted[organization_id].append(position)
    return wanted, dict(heads)


def judge(deployed: Deployment, journal: Journal, organizations: list[UUID]) -> Counter[str]:
    """Compare log and tables with the journal, and prove both; return counts for the report."""
    counts: Counter[str] = Counter()
    with psycopg.connect(deployed.postgres.owner_url, autocommit=True) as owner:
        events = owner.execute(_EVENTS, (organizations,)).fetchall()
        counts["events"] = len(events)
        _judge_changes(journal, events, counts)
        _judge_claims(journal, events, counts)
        _judge_calls(
            journal, owner.execute("SELECT request_id, count(*) FROM request_log GROUP BY 1").fetchall(), counts
        )
        for name, check in (("log", assert_whole), ("tables", assert_tables_equal_the_log)):
            try:
                check(owner)
            except AssertionError as error:
                journal.fault(f"the {name}: {str(error)[:1000] or 'not as it must be'}")
    for command in (("audit", "verify", "--full", "--json"), ("projections", "verify", "--full", "--json")):
        code, said = deployed.command(*command)
        if code != 0:
            journal.fault(f"modelbook {' '.join(command)} ended with {code}: {said[-1500:]}")
    return counts


def _judge_changes(journal: Journal, events: list[tuple[Any, ...]], counts: Counter[str]) -> None:
    found: dict[tuple[UUID, str, str], list[int]] = defaultdict(list)
    for organization_id, position, aggregate_id, topic, state, _, _ in events:
        if topic in _MARKED_BY:
            field = _MARKED_BY[topic]
            mark = str(aggregate_id) if field is None else orjson.loads(state)[field]
            found[organization_id, topic, mark].append(position)
    for change in journal.changes:
        positions = found.pop((change.organization_id, change.topic, change.mark), [])
        counts[change.state] += 1
        if len(positions) > 1:
            counts["doubled"] += 1
            journal.fault(f"{_named(change)} is in the log {len(positions)} times: {positions}")
        elif change.state == "acknowledged" and not positions:
            counts["lost"] += 1
            journal.fault(f"{_named(change)} was acknowledged and is not in the log")
        elif change.state == "acknowledged" and change.position not in {None, *positions}:
            journal.fault(f"{_named(change)} is at {positions}, not at {change.position}")
        elif change.state == "refused" and positions:
            journal.fault(f"{_named(change)} was said not to be made, and is in the log at {positions}")
    for (_, topic, mark), positions in found.items():
        if mark.split("-")[0] in {"model", "provider", "name", "key"} and " " in mark:
            journal.fault(f"nobody asked for {topic} {mark} at {positions}")


def _named(change: Change) -> str:
    return f"{change.topic} {change.mark}"


def _judge_claims(journal: Journal, events: list[tuple[Any, ...]], counts: Counter[str]) -> None:
    recorded: dict[tuple[UUID, UUID], list[tuple[int, datetime]]] = defaultdict(list)
    for organization_id, position, _, _, _, command_id, at in events:
        recorded[organization_id, command_id].append((position, at))
    for claim in journal.claims:
        counts[f"503 {claim.outcome}"] += 1
        if claim.command_id is None:
            continue
        made = recorded.get((claim.organization_id, claim.command_id), [])
        if claim.outcome == "unchanged" and [at for _, at in made if at < claim.at or not claim.is_keyed]:
            journal.fault(f"a false claim: nothing was changed, it was said, and the log has {made}: {claim}")
        elif claim.outcome == "made" and (not made or claim.position != max(position for position, _ in made)):
            journal.fault(f"a false claim: made, it was said, and the log has {made}: {claim}")


def _judge_calls(journal: Journal, logged: list[tuple[Any, ...]], counts: Counter[str]) -> None:
    rows = dict(logged)
    for request_id, times in rows.items():
        if times > 1:
            journal.fault(f"call {request_id} was logged {times} times")
    for call in journal.calls:
        counts["calls"] += 1
        if call.request_id in rows:
            continue
        counts["calls not logged"] += 1
        if not any(abs(call.ended_at - kill) < _UNWRITTEN_SECONDS for kill in journal.kills):
            journal.fault(f"call {call.request_id} was answered and not logged, and no process was killed then")
