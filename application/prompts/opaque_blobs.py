"""Opaque blobs (signatures, encrypted reasoning) passed through clients of another protocol.

A client hands back one opaque text. Between different protocols that text is ours: it holds the provider's own text
with the account and model that it fits, so that it is given to nobody else. It is no secret and no proof: whoever
changes it gets their own prompt refused by the provider.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from application.prompts.conversation import Reasoning, ToolCall

PREFIX: Final = "mbk1."
_FIELDS: Final = {"s": "signature", "r": "redacted", "e": "encrypted", "i": "item_id", "c": "call_id", "o": "origin"}


def blob_of(part: Reasoning | ToolCall) -> str | None:
    """Return the text to hand out for the part; none when nothing of it must come back."""
    held = {short: getattr(part, name, None) for short, name in _FIELDS.items()}
    if not (held["s"] or held["r"] or held["e"]):
        return None
    if isinstance(part, ToolCall):
        held["c"] = part.id
    elif part.summary:
        held["t"] = list(part.summary)
    return _packed(held)


def signature_of(part: Reasoning) -> str:
    """Return the text that signs the part, which holds no more than its origin where nothing must come back.

    Clients that know signatures take a thought without one for another model's, and hand it back as words of the user.
    """
    return blob_of(part) or _packed({"o": part.origin})


def with_blob(part: Reasoning, blob: str) -> Reasoning:
    """Return the part with what the text holds; a text that is not ours is the provider's own signature."""
    held = _held(blob)
    if held is None:
        return replace(part, signature=blob)
    summary = held.get("t")
    fields: dict[str, Any] = _texts(held, "sreico")
    if isinstance(summary, list) and all(isinstance(each, str) for each in summary):
        fields["summary"] = tuple(summary)
    return replace(part, **fields)


def call_with_blob(call: ToolCall, blob: str) -> ToolCall:
    """Return the call with the signature that the text holds; a text that is not ours is the signature itself."""
    held = _held(blob)
    if held is None:
        return replace(call, signature=blob)
    fields: dict[str, Any] = _texts(held, "sio")
    return replace(call, **fields)


def is_ours(blob: str) -> bool:
    """Return whether the text is one of ours and not a provider's own."""
    return _held(blob) is not None


def _packed(held: Mapping[str, object]) -> str:
    text = json.dumps({name: value for name, value in held.items() if value is not None}, separators=(",", ":"))
    return PREFIX + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _texts(held: Mapping[str, Any], keys: str) -> dict[str, Any]:
    return {_FIELDS[key]: held[key] for key in keys if isinstance(held.get(key), str)}


def _held(blob: str) -> dict[str, Any] | None:
    if not blob.startswith(PREFIX):
        return None
    text = blob.removeprefix(PREFIX)
    try:
        held = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return held if isinstance(held, dict) else None
