"""Signs messages as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks, specification)."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import digest
from typing import Final

SECRET_BYTES: Final = 32
"""The specification requires 24 to 64."""

_PREFIX: Final = "whsec_"


def secret_text(secret: bytes) -> str:
    """Return the secret in the form in which receivers keep it."""
    return _PREFIX + b64encode(secret).decode("ascii")


def signed_headers(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a message: one signature for each secret, so that a receiver may know any of them.

    `timestamp` is the time of the attempt, in seconds since 1970.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        b64encode(digest(b64decode(secret.removeprefix(_PREFIX)), content, sha256)).decode("ascii")
        for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
