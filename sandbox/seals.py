"""Opaque texts that a client hands back: signatures of thoughts and encrypted reasoning.

A seal holds for one account and one model, and may be bound to a text, such as the thought that it signs. Nothing is
remembered: a seal can be checked by another sandbox too.
"""

import base64
import binascii
from hashlib import sha256

import orjson

from sandbox.call import Call
from sandbox.catalogue import Model

#: What every seal begins with when it is decoded.
_HEADER = b"sandbox-seal-1:"


def seal(call: Call, model: Model, bound: str = "", prefix: str = "") -> str:
    """A seal in base64 for what this model made on this call, bound to a text and to what came before it."""
    facts = orjson.dumps([_origin(call, model), _digest(bound), _digest(prefix)])
    return base64.b64encode(_HEADER + facts + _digest(facts.decode()).encode()).decode()


def check_seal(text: str, call: Call, model: Model, bound: str = "", prefix: str = "") -> str | None:
    """What is wrong with a seal: `unreadable`, `origin`, `bound` or `prefix`; None when it holds."""
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


def _origin(call: Call, model: Model) -> str:
    return _digest(f"{call.provider} {call.key or ''} {model.snapshot}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
