"""A passkey's authenticator in software: what browsers send of it, right or wrong (Web Authentication Level 3)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_HAS_KEY: Final = 0x40


@dataclass(slots=True)
class SoftAuthenticator:
    """Keeps one passkey for one origin. `is_verified`: somebody has shown who is there."""

    origin: str
    rp_id: str
    is_verified: bool = True
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: urandom(16))
    user_handle: str = ""
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()), repr=False)

    def made(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what comes of `navigator.credentials.create`."""
        self.user_handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + public
        client = self._client("webauthn.create", options["challenge"])
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_HAS_KEY) + attested}
        response = {
            "clientDataJSON": _text(client),
            "attestationObject": _text(encode_cbor(attestation)),
            "transports": ["internal"],
        }
        return self._credential(response)

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what comes of `navigator.credentials.get`."""
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(0)
        signature = self.key.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        response = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": self.user_handle,
        }
        return self._credential(response)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.is_verified else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": _text(self.credential_id),
            "rawId": _text(self.credential_id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
