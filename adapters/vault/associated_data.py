"""The associated data that is authenticated with each ciphertext."""

from application.ports.vault import KeyBinding


def for_credential(binding: KeyBinding) -> bytes:
    """Return the associated data of a provider key: its organization, provider, version and origin."""
    return _joined("modelbook/credential/v1", *_parts(binding))


def for_data_key(master_key_id: str, binding: KeyBinding) -> bytes:
    """Return the associated data of a wrapped data key: its master key id, and the binding of its credential."""
    return _joined("modelbook/data-key/v1", master_key_id, *_parts(binding))


def for_canary(master_key_id: str) -> bytes:
    """Return the associated data of a canary: its master key id."""
    return _joined("modelbook/canary/v1", master_key_id)


def _parts(binding: KeyBinding) -> tuple[str, ...]:
    return (binding.organization_id.hex, binding.provider_id.hex, str(binding.version), binding.origin)


def _joined(*parts: str) -> bytes:
    """Join the parts, each after its length, so that different lists give different bytes."""
    # Lone surrogates pass: the error an encoder would raise for them carries the whole text.
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
