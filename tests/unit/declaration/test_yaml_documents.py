"""YAML as it is read and written here."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.declaration.yaml_documents import Position, UnreadableYaml, read_yaml, write_yaml


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = b"[no, yes, on, 1:30, 2026-01-31, 0o17, 1_000, ~, null, True, -3, 1e-6, .5, 'true', \"1\"]"
    assert read_yaml(text).content == [
        "no", "yes", "on", "1:30", "2026-01-31", "0o17", "1_000", None, None, True, -3, Decimal("1e-6"), Decimal("0.5"),
        "true", "1",
    ]  # fmt: skip


def test_each_value_has_its_place() -> None:
    document = read_yaml(b"a: 1\nb:\n  - x\n  - {c/d: 2}\n")
    assert document.position("/b/1/c~1d") == Position(4, 11)
    # A value that begins in a line below is where its name is.
    assert document.position("/b") == Position(2, 1)
    # What is missing is missing there where it should stand.
    assert document.position("/b/1/nothing") == Position(4, 5)
    assert document.position("/elsewhere") == Position(1, 1)


def test_aliases_and_merged_mappings_stand_for_what_they_name() -> None:
    text = b"base: &b {a: 1, c: 2}\nmore: &m {d: 3}\none: {<<: *b, c: 9}\ntwo: {<<: [*b, *m]}\n"
    content = read_yaml(text).content
    assert content["one"] == {"a": 1, "c": 9}
    assert content["two"] == {"a": 1, "c": 2, "d": 3}


def _bomb() -> bytes:
    lines = [b"a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for code in range(ord("b"), ord("j")):
        aliases = ", ".join([f"*{chr(code - 1)}"] * 10)
        lines.append(f"{chr(code)}: &{chr(code)} [{aliases}]".encode())
    return b"\n".join(lines)


def _merge_bomb() -> bytes:
    """Return mappings that are merged in a hundred million times, and have nothing in them."""
    lines = ["a0: &a0 {}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, 9)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        (b"a: 1\nb: 2\na: 3", "appears twice", Position(3, 1)),
        (b"<<: {a: 1}\n<<: {b: 2}", "appears twice", Position(2, 1)),
        (b"<<: [1]", "can be merged in", Position(1, 6)),
        (b"a: !!python/object/apply:os.system [x]", "Tags", Position(1, 4)),
        (b"a: !secret x", "Tags", Position(1, 4)),
        (b"[" * 40 + b"]" * 40, "levels deep", Position(1, 33)),
        (b"a: &a [*a]", "aliases", None),
        (b"a: &a {<<: *a}", "aliases", Position(1, 4)),
        (_bomb(), "aliases", None),
        (_merge_bomb(), "aliases", None),
        (b"a: [1", "did not find", None),
        (b"a: b: c", "mapping values", Position(1, 5)),
        (b"--- 1\n--- 2", "several documents", Position(2, 1)),
        (b"a: " + b"9" * 41, "too long", Position(1, 4)),
        (b"a: 1e999", "too long", Position(1, 4)),
        (b"? [a]\n: 1", "has to be a text", Position(1, 3)),
        (b"a: \xff", "UTF-8", None),
        (b"a: \x01", "character", None),
        (b"#" * (1024 * 1024 + 1), "longer than", None),
    ],
)
def test_what_is_not_taken_is_refused_at_its_place(text: bytes, message: str, position: Position | None) -> None:
    with pytest.raises(UnreadableYaml) as refusal:
        read_yaml(text)
    assert message in str(refusal.value)
    if position is not None:
        assert refusal.value.position == position


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
NUMBERS = st.integers(-(10**20), 10**20) | st.decimals(-(10**9), 10**9, places=12)
ODD = st.sampled_from(
    ["0E100", "1e5", "no", "~", "", "0x1", "-", "=", "<<", "1.", ".5", "null", "12:30:45", "2026-01-01", "#", "&a"]
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS | ODD, inner, max_size=4),
    max_leaves=12,
)


@given(document=DOCUMENTS)
def test_what_is_written_is_read_again(document: Any) -> None:  # noqa: ANN401 - any document
    assert read_yaml(write_yaml(document).encode()).content == document


def test_times_are_written_as_the_api_has_them() -> None:
    assert write_yaml({"at": datetime(2030, 1, 31, 12, tzinfo=UTC)}) == "at: '2030-01-31T12:00:00Z'\n"
