"""An exported log proves itself, and every change of it is found at its line."""

import json
import time
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from adapters.checkpoints.signing_key import Ed25519Signatures, SigningKey
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.checkpoints import HeadLeaf
from application.verification.export_format import event_line, footer_line, line_of, parse_event
from application.verification.export_log import export_log
from application.verification.hash_chain import StoredEvent, eight_bytes, number, stored_hash
from application.verification.verify_export import ExportVerification, verify_export
from application.verification.write_checkpoint import WriteCheckpoint, write_checkpoint
from tests.event_chains import ORGANIZATION, a_log, an_event, chained
from tests.fakes.checkpoints import FakeRegister, FakeSink
from tests.fakes.raw_events import FakeRawEvents
from tests.unit.verification.test_checkpoints import KEY, World, _Noon

LENGTH = 12
SEEN = 8


def _head(log: list[StoredEvent]) -> HeadLeaf:
    return HeadLeaf(ORGANIZATION, number(log[-1].org_sequence), log[-1].hash)


async def _exported(log: list[StoredEvent], *, seen: int = SEEN, others: int = 4) -> list[bytes]:
    """Return the lines of an export of the log, of which a checkpoint has seen the first events."""
    leaves = [HeadLeaf(UUID(int=number_ + 1), 1, bytes(32)) for number_ in range(others)]
    leaves = sorted([*leaves, _head(log[:seen])], key=lambda leaf: leaf.organization_id.bytes)
    sink = FakeSink()
    await write_checkpoint(WriteCheckpoint(), register=FakeRegister(leaves), sink=sink, key=KEY, clock=_Noon())
    return await _lines(log, sink)


async def _lines(log: list[StoredEvent], sink: FakeSink | None) -> list[bytes]:
    checkpoints = CheckpointVerifier(signatures=Ed25519Signatures(), clock=_Noon(), sink=sink, key=KEY)
    parts = export_log(ORGANIZATION, log=FakeRawEvents(log), checkpoints=checkpoints, public_key_id=KEY.key_id)
    return b"".join([part async for part in parts]).splitlines(keepends=True)


def _verified(lines: list[bytes], key: bytes = KEY.public_key) -> ExportVerification:
    return verify_export(lines, key, signatures=Ed25519Signatures())


async def test_an_export_proves_itself() -> None:
    log = a_log(LENGTH)
    lines = await _exported(log)
    assert len(lines) == LENGTH + 2
    found = _verified(lines)
    assert (found.wrong_line, found.events, found.vouched_sequence) == (None, LENGTH, SEEN)
    assert found.organization_id == ORGANIZATION
    assert found.checkpoint is not None
    assert found.checkpoint.heads == 5
    assert [parse_event(line, ORGANIZATION) for line in lines[1:-1]] == log


async def test_the_only_organization_proves_itself_too() -> None:
    assert _verified(await _exported(a_log(1), seen=1, others=0)).wrong_line is None


LINES: list[bytes] = []


@given(index=st.integers(0, LENGTH + 1), place=st.integers(0, 10_000), bit=st.integers(0, 7))
async def test_every_bit_counts(index: int, place: int, bit: int) -> None:
    lines = LINES or await _exported(a_log(LENGTH))
    LINES[:] = lines
    line = bytearray(lines[index])
    line[place % len(line)] ^= 1 << bit
    bent = [*lines[:index], bytes(line), *lines[index + 1 :]]
    found = _verified(b"".join(bent).splitlines(keepends=True))
    # Another organization in the header is another beginning, which the first event does not follow.
    assert found.wrong_line in ({index + 1, index + 2} if index == 0 else {index + 1})
    assert found.message.startswith(f"Line {found.wrong_line}: ")


@given(index=st.integers(0, LENGTH + 1))
async def test_a_missing_line_is_noticed(index: int) -> None:
    lines = await _exported(a_log(LENGTH))
    found = _verified(lines[:index] + lines[index + 1 :])
    assert found.wrong_line == index + 1


@given(index=st.integers(0, LENGTH))
async def test_lines_that_changed_places_are_noticed(index: int) -> None:
    lines = await _exported(a_log(LENGTH))
    lines[index], lines[index + 1] = lines[index + 1], lines[index]
    assert _verified(lines).wrong_line == index + 1


async def test_what_says_the_same_in_other_words_is_noticed() -> None:
    lines = await _exported(a_log(LENGTH))
    for index in (0, 3, LENGTH + 1):
        document = json.loads(lines[index])
        others = [
            json.dumps(document).encode() + b"\n",
            line_of({**document, "more": 1}),
            lines[index].replace(b'"kind"', b'"\\u006bind"'),
            lines[index][:-1] + b" \n",
        ]
        for other in others:
            assert _verified([*lines[:index], other, *lines[index + 1 :]]).wrong_line == index + 1


@given(place=st.integers(0, LENGTH - 1))
async def test_a_rechained_log_is_detected_by_the_checkpoint(place: int) -> None:
    log = a_log(LENGTH)
    log[place] = log[place]._replace(actor=b"somebody else")
    honest = await _exported(a_log(LENGTH))
    forged = await _lines(chained(log, start=place), FakeSink())
    footer = json.loads(honest[-1])
    head = json.loads(forged[-1])["head"]
    forged[-1] = line_of({**footer, "head": head})
    found = _verified(forged)
    if place < SEEN:
        betrayed = f"the checkpoint saw another event {SEEN}: the log was cut off or re-chained"
        assert found.message == f"Line {LENGTH + 2}: {betrayed}."
    else:
        assert (found.wrong_line, found.vouched_sequence) == (None, SEEN)


async def test_a_log_cut_off_with_a_new_footer_is_betrayed_by_the_checkpoint() -> None:
    lines = await _exported(a_log(LENGTH))
    footer = json.loads(lines[-1])
    last = parse_event(lines[SEEN - 1], ORGANIZATION)
    short = {"events": SEEN - 1, "head": {"sequence": SEEN - 1, "hash": last.hash.hex()}}
    found = _verified([*lines[:SEEN], line_of({**footer, **short})])
    assert "the checkpoint saw another event 8" in found.message


async def test_nothing_is_proved_without_a_checkpoint() -> None:
    for sink in (None, FakeSink()):
        found = _verified(await _lines(a_log(LENGTH), sink))
        assert (found.wrong_line, found.events) == (LENGTH + 2, LENGTH)
        assert "only the chain is proved" in found.message


async def test_the_newest_checkpoint_that_has_seen_the_organization_is_the_proof() -> None:
    log = a_log(LENGTH)
    world = World()
    world.register.leaves = [_head(log[:SEEN])]
    await world.write()
    world.move(1, 2)
    world.register.leaves = sorted(world.register.leaves, key=lambda leaf: leaf.organization_id.bytes)
    await world.write()
    found = _verified(await _lines(log, world.sink))
    assert (found.wrong_line, found.vouched_sequence) == (None, SEEN)
    assert found.checkpoint is not None
    assert (found.checkpoint.number, found.checkpoint.heads) == (1, 1)


async def test_checkpoints_that_contradict_each_other_prove_nothing() -> None:
    world = World()
    world.register.leaves = [_head(a_log(LENGTH))]
    await world.write()
    assert _verified(await _lines(a_log(LENGTH), world.sink)).wrong_line is None
    world.sink.held[0] = world.sink.held[0].replace(b'"heads":1,', b'"heads":2,')
    assert b'"checkpoint":null' in (await _lines(a_log(LENGTH), world.sink))[-1]


async def test_another_key_proves_nothing() -> None:
    lines = await _exported(a_log(LENGTH))
    other = SigningKey(Ed25519PrivateKey.generate())
    assert "names the key" in _verified(lines, other.public_key).message
    claimed = [lines[0].replace(KEY.key_id.encode(), other.key_id.encode()), *lines[1:]]
    assert "not signed with the key given" in _verified(claimed, other.public_key).message


async def test_no_file_is_an_export() -> None:
    assert _verified([]).wrong_line == 1
    assert _verified([b"\n"]).wrong_line == 1
    assert _verified([b"\xff\xfe\n"]).wrong_line == 1
    lines = await _exported(a_log(LENGTH))
    assert _verified([*lines, lines[-1]]).wrong_line == LENGTH + 3
    assert _verified([lines[0], footer_line(0, None, None, None)]).wrong_line == 2


async def test_events_out_of_order_are_noticed_even_if_chained() -> None:
    log = a_log(LENGTH)
    log[4] = log[4]._replace(recorded_at=log[0].recorded_at)
    assert _verified(await _exported(chained(log))).wrong_line == 6


@given(texts=st.tuples(st.text(), st.text(), st.none() | st.text()), state=st.binary(), at=st.integers(0, 1 << 50))
def test_an_event_is_spelled_as_every_line_is(texts: tuple[str, str, str | None], state: bytes, at: int) -> None:
    actor, correlation_id, reason = (None if text is None else text.encode() for text in texts)
    event = an_event(1, state=state or None)._replace(
        actor=actor or b"", correlation_id=correlation_id or b"", reason=reason, recorded_at=eight_bytes(at)
    )
    assert event_line(event) == line_of(json.loads(event_line(event)))
    assert parse_event(event_line(event), ORGANIZATION) == event


async def test_twenty_thousand_events_are_proved_in_seconds() -> None:
    lines = await _exported(a_log(20_000), seen=20_000)
    assert stored_hash(parse_event(lines[7], ORGANIZATION)).hex() in lines[7].decode()
    begun = time.process_time()
    found = _verified(lines)
    assert (found.wrong_line, found.events) == (None, 20_000)
    assert time.process_time() - begun < 15
