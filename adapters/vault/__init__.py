"""Envelope encryption of provider keys: a data key per credential, wrapped by a master key of the keyring."""
