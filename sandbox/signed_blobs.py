"""Opaque signed texts that clients send back: reasoning signatures and encrypted reasoning.

A blob is valid for one account and one model, and may be bound to a text, such as the reasoning that it signs. It is
verified without state, also by another sandbox.
"""

import base64
import binascii
from hashlib import sha256

import orjson

from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall

#: Prefix of every decoded blob.
_HEADER = b"sandbox-seal-1:"


def signed_blob(call: ApiCall, model: SimulatedModel, bound: str = "", prefix: str = "") -> str:
    """Return a base64 blob for this model's output on this call, bound to a text and to what preceded it."""
    facts = orjson.dumps([_origin(call, model), _digest(bound), _digest(prefix)])
    return base64.b64encode(_HEADER + facts + _digest(facts.decode()).encode()).decode()


def check_blob(text: str, call: ApiCall, model: SimulatedModel, bound: str = "", prefix: str = "") -> str | None:
    """Return what is wrong with a blob: `unreadable`, `origin`, `bound` or `prefix`; None if it is valid."""
    try:
        content = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return "unreadable"
    facts, check = content[len(_HEADER) : -16], content[-16:]
    if not content.startswith(_HEADER) or _digest(facts.decode(errors="replace")).encode() != check:
        return "unreadable"
    names = ("origin", "bound", "prefix")
    expected = [_origin(call, model), _digest(bound), _digest(prefix)]
    found = orjson.loads(facts)
    return next((name for name, a, b in zip(names, found, expected, strict=True) if a != b), None)


def _origin(call: ApiCall, model: SimulatedModel) -> str:
    return _digest(f"{call.provider} {call.key or ''} {model.snapshot}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
