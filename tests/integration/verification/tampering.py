"""What a superuser of the database can do to the log, and to checkpoints that are in reach, and where it shows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, LiteralString
from uuid import UUID

from psycopg import sql

from tests.databases import Connection

# A place in the numbering that nothing else takes.
ASIDE: Final = 1_000_000
_SAID: Final = "aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason, recorded_at"
_COLUMNS: Final = (
    "organization_id, org_sequence, aggregate_id, revision, topic, state, actor, command_id, correlation_id, reason,"
    " recorded_at, previous_hash, hash"
)

Expected = set[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Tamperer:
    """Rewrites the log of one organization of `length` events; each method returns where what was done shows."""

    owner: Connection
    organization_id: UUID
    length: int

    def edit_the_state(self, place: int) -> Expected:
        self._do("UPDATE events SET state = state || ' ' WHERE {here}", place=place)
        return {("edited", place)}

    def edit_the_actor(self, place: int) -> Expected:
        self._do("UPDATE events SET actor = 'somebody else' WHERE {here}", place=place)
        return {("edited", place)}

    def edit_the_date(self, place: int) -> Expected:
        self._do("UPDATE events SET recorded_at = 'infinity' WHERE {here}", place=place)
        return {("edited", place)}

    def edit_and_hash(self, place: int) -> Expected:
        self._do("UPDATE events SET actor = 'somebody else' WHERE {here}", place=place)
        self._hash(place)
        return {("edited", place)}

    def delete(self, place: int) -> Expected:
        self._do("DELETE FROM events WHERE {here}", place=place)
        return {("deleted" if place < self.length else "truncated", place)}

    def delete_and_number_anew(self, place: int) -> Expected:
        self._do("DELETE FROM events WHERE {here}", place=place)
        self._move(after=place, by=-1)
        self._set_head(self.length - 1)
        return {("deleted" if place < self.length else "truncated", place)}

    def insert(self, place: int) -> Expected:
        self._move(after=place - 1, by=1)
        self._do(
            "INSERT INTO events ({columns}) SELECT organization_id, {place}, gen_random_uuid(), 1, topic,"
            " '{{}}', actor, gen_random_uuid(), correlation_id, reason, recorded_at, previous_hash, hash"
            " FROM events WHERE organization_id = {organization} AND org_sequence = {place} + 1",
            place=place,
        )
        self._hash(place)
        self._set_head(self.length + 1)
        return {("inserted", place)}

    def swap(self, place: int) -> Expected:
        other = self._other(place)
        for origin, target in ((place, ASIDE), (other, place), (ASIDE, other)):
            self._do("UPDATE events SET org_sequence = {target} WHERE {here}", place=origin, target=target)
        return {("swapped", place), ("swapped", other)}

    def swap_what_is_said(self, place: int) -> Expected:
        other = self._other(place)
        self._do(
            "UPDATE events e SET ({said}) = (SELECT {said} FROM events o WHERE o.organization_id = e.organization_id"
            " AND o.org_sequence = CASE e.org_sequence WHEN {place} THEN {target} ELSE {place} END)"
            " WHERE organization_id = {organization} AND org_sequence IN ({place}, {target})",
            place=place,
            target=other,
        )
        return {("swapped", place), ("swapped", other)}

    def cut_off(self, place: int) -> Expected:
        self._do("DELETE FROM events WHERE organization_id = {organization} AND org_sequence >= {place}", place=place)
        return {("truncated", place)}

    def cut_off_with_the_heads(self, place: int) -> Expected:
        self._do("DELETE FROM events WHERE organization_id = {organization} AND org_sequence >= {place}", place=place)
        self._set_head(place - 1)
        return {("truncated", place)}

    def chain_anew(self, place: int) -> Expected:
        self._do("UPDATE events SET actor = 'somebody else' WHERE {here}", place=place)
        for number in range(place, self.length + 1):
            self._hash(number, link=number > 1)
        self._set_head(self.length)
        return {("re-chained", place)}

    def give_to_another(self, place: int) -> Expected:
        self._do(
            "UPDATE events SET organization_id = (SELECT organization_id FROM organization_heads"
            " WHERE organization_id <> {organization}), org_sequence = {target} WHERE {here}",
            place=place,
            target=ASIDE,
        )
        return {("deleted" if place < self.length else "truncated", place)}

    def behead(self, place: int) -> Expected:
        self._do("DELETE FROM organization_heads WHERE organization_id = {organization}", place=place)
        return {("deleted", 1)}

    def bend_the_head(self, place: int) -> Expected:
        self._do(
            "UPDATE organization_heads SET hash = (SELECT previous_hash FROM events WHERE {here})"
            " WHERE organization_id = {organization}",
            place=place,
        )
        return {("edited", self.length)}

    def add_behind_the_head(self, place: int) -> Expected:
        self._do(
            "INSERT INTO events ({columns}) SELECT organization_id, {target}, gen_random_uuid(), 1,"
            " topic, state, actor, gen_random_uuid(), correlation_id, reason, recorded_at, previous_hash, hash"
            " FROM events WHERE {here}",
            place=place,
            target=self.length + 1,
        )
        return {("inserted", self.length + 1)}

    def _other(self, place: int) -> int:
        return place % self.length + 1

    def _move(self, *, after: int, by: int) -> None:
        self._do("UPDATE events SET org_sequence = org_sequence + {target} WHERE {rest}", place=after, target=ASIDE)
        self._do(
            "UPDATE events SET org_sequence = org_sequence - {target} + {by}"
            " WHERE organization_id = {organization} AND org_sequence > {target}",
            target=ASIDE,
            by=by,
        )

    def _hash(self, place: int, *, link: bool = False) -> None:
        if link:
            self._do(
                "UPDATE events SET previous_hash = (SELECT hash FROM events"
                " WHERE organization_id = {organization} AND org_sequence = {place} - 1) WHERE {here}",
                place=place,
            )
        self._do(
            "UPDATE events SET hash = event_hash(previous_hash, organization_id, org_sequence, aggregate_id, revision,"
            " topic, state, actor, command_id, correlation_id, reason, recorded_at) WHERE {here}",
            place=place,
        )

    def _set_head(self, length: int) -> None:
        self._do(
            "UPDATE organization_heads SET org_sequence = {place}, hash = coalesce((SELECT hash FROM events"
            " WHERE {here}), sha256(convert_to('modelbook/genesis/1', 'UTF8') || uuid_send(organization_id)))"
            " WHERE organization_id = {organization}",
            place=length,
        )

    def _do(self, statement: LiteralString, *, place: int = 0, target: int = 0, by: int = 0) -> None:
        organization = sql.Literal(str(self.organization_id))
        own = sql.SQL("organization_id = {}").format(organization)
        self.owner.execute(
            sql.SQL(statement).format(
                here=sql.SQL("{} AND org_sequence = {}").format(own, sql.Literal(place)),
                rest=sql.SQL("{} AND org_sequence > {}").format(own, sql.Literal(place)),
                organization=organization,
                place=sql.Literal(place),
                target=sql.Literal(target),
                by=sql.Literal(by),
                said=sql.SQL(_SAID),
                columns=sql.SQL(_COLUMNS),
            )
        )


KINDS: Final = [
    Tamperer.edit_the_state,
    Tamperer.edit_the_actor,
    Tamperer.edit_the_date,
    Tamperer.edit_and_hash,
    Tamperer.delete,
    Tamperer.delete_and_number_anew,
    Tamperer.insert,
    Tamperer.swap,
    Tamperer.swap_what_is_said,
    Tamperer.cut_off,
    Tamperer.cut_off_with_the_heads,
    Tamperer.chain_anew,
    Tamperer.give_to_another,
    Tamperer.behead,
    Tamperer.bend_the_head,
    Tamperer.add_behind_the_head,
]


SinkTampering = Callable[[Path, Connection], None]
"""Changes the file of checkpoints, and what the database knows of them."""


def empty_the_sink(sink: Path, _: Connection) -> None:
    sink.write_bytes(b"")


def remove_the_sink(sink: Path, _: Connection) -> None:
    sink.unlink()


def cut_off_the_newest(sink: Path, _: Connection) -> None:
    sink.write_bytes(b"".join(_lines(sink)[:-1]))


def cut_off_what_both_know(sink: Path, owner: Connection) -> None:
    """The mark beside the sink still names the checkpoint that neither the sink nor the database has."""
    kept = _lines(sink)[:-1]
    sink.write_bytes(b"".join(kept))
    _record(owner, kept[-1])


def take_a_line_out(sink: Path, _: Connection) -> None:
    lines = _lines(sink)
    sink.write_bytes(b"".join([lines[0], *lines[2:]]))


def change_the_newest(sink: Path, owner: Connection) -> None:
    *before, newest = _lines(sink)
    document = json.loads(newest)
    document["checkpoint"]["at"] = "2026-01-01T00:00:00.000Z"
    changed = json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    sink.write_bytes(b"".join([*before, changed]))
    _record(owner, changed)


SINKS: Final[list[SinkTampering]] = [
    cut_off_what_both_know,
    empty_the_sink,
    remove_the_sink,
    cut_off_the_newest,
    take_a_line_out,
    change_the_newest,
]


def restore_checkpoints(sink: Path, owner: Connection) -> None:
    """Make the sink and what the database knows of it what they were after the first checkpoint."""
    kept = sink.with_suffix(".first")
    if not kept.exists():
        kept.write_bytes(_lines(sink)[0])
    sink.write_bytes(kept.read_bytes())
    sink.with_suffix(".newest").unlink()
    _record(owner, kept.read_bytes())


def _lines(sink: Path) -> list[bytes]:
    return sink.read_bytes().splitlines(keepends=True)


def _record(owner: Connection, line: bytes) -> None:
    number = json.loads(line)["checkpoint"]["number"]
    hash_ = sha256(line.removesuffix(b"\n")).hexdigest()
    owner.execute("UPDATE newest_checkpoint SET number = %s, hash = %s", (number, hash_))
