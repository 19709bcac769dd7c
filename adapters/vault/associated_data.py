"""What is authenticated along with each ciphertext."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.vault import KeyBinding


def for_credential(binding: KeyBinding) -> bytes:
    """Return what binds a provider key to its tenant, provider, version and origin."""
    return _joined("modelbook/credential/v1", *_parts(binding))


def for_data_key(master_key_id: str, binding: KeyBinding) -> bytes:
    """Return what binds a wrapped data key to its master key and to the same binding as its credential."""
    return _joined("modelbook/data-key/v1", master_key_id, *_parts(binding))


def for_canary(master_key_id: str) -> bytes:
    """Return what binds a canary to its master key."""
    return _joined("modelbook/canary/v1", master_key_id)


def _parts(binding: KeyBinding) -> tuple[str, ...]:
    return (binding.organization_id.hex, binding.provider_id.hex, str(binding.version), binding.origin)


def _joined(*parts: str) -> bytes:
    """Put each part behind its length, so that no two lists of parts give the same bytes."""
    # Lone surrogates pass: the error an encoder would raise for them carries the whole text.
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
