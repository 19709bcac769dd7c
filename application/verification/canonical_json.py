"""The one spelling of a document, so that it can be signed."""

from __future__ import annotations

import json


def canonical_json(document: object) -> bytes:
    """Return the one spelling of a document: keys sorted, no blanks, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
