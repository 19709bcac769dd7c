"""JSON that anybody might send, with the names in it that the readers look for."""

from pathlib import Path
from typing import Final

from hypothesis import strategies as st

_NAMES: Final = (Path(__file__).parent / "data" / "names.txt").read_text(encoding="utf-8").split()
_ODD_TEXTS: Final = ["error", "text", "image", "-1", "0.000005", "2026-12-11", "9999-12-31T23:59:59-23:59", "1e99"]
_SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.sampled_from(_ODD_TEXTS)
)
_HEADER_NAMES: Final = [
    "retry-after",
    "retry-after-ms",
    "x-ratelimit-reset-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset",
    "anthropic-ratelimit-tokens-reset",
    "x-request-id",
    "x-should-retry",
    "x-ratelimit-limit",
]
_ODD_HEADERS: Final = ["1" * 400, "-1", "1e9", "5m3", "Sun, 99 Nov 2026 12:00:30 GMT", "true"]

NAMES: Final = st.sampled_from(_NAMES)
JSON: Final = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)
OBJECTS: Final = st.dictionaries(NAMES, JSON, max_size=10)
HEADERS: Final = st.dictionaries(
    st.sampled_from(_HEADER_NAMES), st.text(max_size=30) | st.sampled_from(_ODD_HEADERS), max_size=6
)
