"""The Merkle tree over the organizations' heads, as RFC 6962, section 2.1, builds it with SHA-256.

Leaves and inner nodes are hashed with different prefixes, so that they cannot be confused.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(_LEAF + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree with these leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        # A node without a sibling moves up as it is: the same tree as the recursive definition's.
        paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from the leaf at the index to the root, the leaf's sibling first."""
    path = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
        index //= 2
    return path


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root at the end of the path in a tree of this size, or None if the path does not fit the tree."""
    if not 0 <= index < size:
        return None
    steps = iter(path)
    reached = leaf
    while size > 1:
        if index ^ 1 < size:
            sibling = next(steps, None)
            if sibling is None:
                return None
            reached = _node(sibling, reached) if index % 2 else _node(reached, sibling)
        index //= 2
        size = (size + 1) // 2
    return reached if next(steps, None) is None else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()
