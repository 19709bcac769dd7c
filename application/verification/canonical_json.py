"""Canonical JSON, so that documents can be signed and hashed."""

import json


def canonical_json(document: object) -> bytes:
    """Return the document as canonical JSON: keys sorted, no blanks, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
