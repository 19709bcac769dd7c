"""The Ed25519 key that signs checkpoints, in a file of its own; and what its public half is good for."""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from adapters.private_files import read_private_file


class SigningKey:
    """Implements `application.verification.checkpoint_storage.CheckpointKey`."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self._public_key = private_key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id(self._public_key)

    @property
    def public_key(self) -> bytes:
        return self._public_key

    async def sign(self, message: bytes) -> bytes:
        return self._private_key.sign(message)


class Ed25519Signatures:
    """Implements `application.verification.checkpoint_storage.Signatures`."""

    def is_right(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id(public_key: bytes) -> str:
    """Return what a key is called: the first 16 hexadecimal digits of the SHA-256 of its 32 public bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def new_signing_key(path: Path) -> SigningKey:
    """Make a key and keep it in a new file (mode 600), in PEM.

    Raises:
        FileExistsError: there is such a file already; no key is ever overwritten.
    """
    private_key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    content = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return SigningKey(private_key)


def read_signing_key(path: Path) -> SigningKey:
    """Return the key that the file holds.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it holds no Ed25519 key in PEM, or others may read it.
    """
    content = read_private_file(path)
    try:
        private_key = load_pem_private_key(content, password=None)
        if isinstance(private_key, Ed25519PrivateKey):
            return SigningKey(private_key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    raise ValueError(f"{path} holds no private Ed25519 key in PEM.")


def public_pem(public_key: bytes) -> str:
    """Return the public key as a file holds it."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def parse_public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key given in PEM, or in base64.

    Raises:
        ValueError: it is neither.
    """
    try:
        if "-----BEGIN" in text:
            key = load_pem_public_key(text.encode())
            if isinstance(key, Ed25519PublicKey):
                return key.public_bytes_raw()
        else:
            raw = base64.b64decode(text.strip(), validate=True)
            return Ed25519PublicKey.from_public_bytes(raw).public_bytes_raw()
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        pass
    raise ValueError("This is no public Ed25519 key, neither in PEM nor its 32 bytes in base64.")
