"""Short texts sealed with AES-256-GCM under keys that are derived from the master keys."""

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag

from adapters.vault.keyring import NONCE_BYTES, MasterKeyring


class KeyringSealedTexts:
    """Implements `application.sign_in.sealed_texts.SealedTexts`; the active key seals, each of the keyring opens."""

    def __init__(self, keyring: MasterKeyring) -> None:
        self._keyring = keyring

    def seal(self, text: str, purpose: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._keyring.text_ciphers()[0].encrypt(nonce, text.encode(), purpose.encode())
        return _encoded(sealed)

    def open(self, sealed: str, purpose: str) -> str | None:
        try:
            content = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except (binascii.Error, ValueError):
            return None
        # Left-over bits of the last character mean nothing, and other characters than base64's are skipped.
        if _encoded(content) != sealed:
            return None
        nonce, ciphertext = content[:NONCE_BYTES], content[NONCE_BYTES:]
        for cipher in self._keyring.text_ciphers():
            try:
                return cipher.decrypt(nonce, ciphertext, purpose.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        return None


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
