"""The tree is RFC 6962's: the same roots as its recursive definition gives, and proofs that prove nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.verification.merkle_tree import inclusion_path, leaf_hash, root, root_by_path

sizes = st.integers(1, 40)


def _leaves(count: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(count)]


def _defined(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1: the first part is the largest power of two smaller than the whole."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _defined(leaves[:split]) + _defined(leaves[split:])).digest()


def test_nothing_has_the_root_of_nothing() -> None:
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_leaves_and_nodes_are_hashed_apart() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    one, other = _leaves(2)
    assert root([one, other]) == sha256(b"\x01" + one + other).digest() != leaf_hash(one + other)


@given(size=sizes)
def test_the_root_is_the_defined_one(size: int) -> None:
    assert root(_leaves(size)) == _defined(_leaves(size))


@given(size=sizes, data=st.data())
def test_a_path_leads_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(leaves, index)
    assert root_by_path(leaves[index], index, size, path) == root(leaves)


@given(size=st.integers(2, 40), data=st.data())
def test_a_path_proves_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(leaves, index)
    step = data.draw(st.integers(0, len(path) - 1))
    bent = [*path[:step], bytes(32), *path[step + 1 :]]
    other = data.draw(st.sampled_from([number for number in range(size) if number != index]))
    assert root_by_path(leaf_hash(b"another"), index, size, path) != root(leaves)
    assert root_by_path(leaves[index], index, size, bent) != root(leaves)
    assert root_by_path(leaves[index], other, size, path) != root(leaves)
    assert root_by_path(leaves[index], index, size, path[1:]) is None
    assert root_by_path(leaves[index], index, size, [*path, path[0]]) is None


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_to_what_is_outside(index: int) -> None:
    assert root_by_path(_leaves(3)[0], index, 3, inclusion_path(_leaves(3), 0)) is None
