"""The vault without a database."""

from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.vault import EnvelopeVault
from tests.fakes.sealed_credentials import FakeSealedCredentials


class FakeVault(EnvelopeVault):
    """Encrypts as the real one does; what is to be opened is stored through `credentials`."""

    def __init__(self, keyring: Keyring | None = None) -> None:
        self.credentials = FakeSealedCredentials()
        super().__init__(Envelope(keyring or Keyring.generate("test")), self.credentials)
