"""The key that signs checkpoints: made once, kept private, recognized by its public half."""

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.checkpoints.signing_key import (
    Ed25519Signatures,
    new_signing_key,
    parse_public_key,
    public_pem,
    read_signing_key,
)


async def test_a_new_key_is_kept_by_its_owner_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "checkpoint-key"
    made = new_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = read_signing_key(path)
    assert (read.key_id, read.public_key) == (made.key_id, made.public_key)
    assert len(made.key_id) == 16
    with pytest.raises(FileExistsError):
        new_signing_key(path)


async def test_a_signature_is_right_for_its_message_and_key_alone(tmp_path: Path) -> None:
    key, other = new_signing_key(tmp_path / "one"), new_signing_key(tmp_path / "other")
    signature = await key.sign(b"message")
    signatures = Ed25519Signatures()
    assert signatures.is_right(key.public_key, b"message", signature)
    assert not signatures.is_right(key.public_key, b"Message", signature)
    assert not signatures.is_right(other.public_key, b"message", signature)
    assert not signatures.is_right(key.public_key, b"message", signature[:-1])
    assert not signatures.is_right(b"short", b"message", signature)


def test_a_public_key_is_read_as_pem_and_as_base64(tmp_path: Path) -> None:
    key = new_signing_key(tmp_path / "one")
    assert parse_public_key(public_pem(key.public_key)) == key.public_key
    assert parse_public_key(f" {base64.b64encode(key.public_key).decode()}\n") == key.public_key


def test_what_is_no_such_key_is_refused(tmp_path: Path) -> None:
    elliptic = generate_private_key(SECP256R1())
    foreign = elliptic.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in ("", "nonsense", base64.b64encode(b"short").decode(), foreign, "-----BEGIN PUBLIC KEY-----\n"):
        with pytest.raises(ValueError, match="no public Ed25519 key"):
            parse_public_key(text)
    path = tmp_path / "other"
    contents = [elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), b"nonsense"]
    for content in contents:
        path.touch(0o600)
        path.write_bytes(content)
        with pytest.raises(ValueError, match="holds no private Ed25519 key"):
            read_signing_key(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o700])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    new_signing_key(path)
    path.chmod(mode)
    with pytest.raises(ValueError, match=f"permissions are {mode:03o}; make them 600: chmod 600"):
        read_signing_key(path)
