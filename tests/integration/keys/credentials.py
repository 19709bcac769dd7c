"""Sealed credentials in their table, as the superuser puts them there."""

from dataclasses import dataclass, field
from uuid import UUID

from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.master_keys import EnvelopeMasterKeys
from application.ports.vault import KeyBinding, SealedCredential
from tests.databases import Connection, Database

ORIGIN = "https://api.example.com:443"
_STORE = """
INSERT INTO provider_credentials VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (organization_id, provider_id) DO UPDATE SET (version, origin, hint, ciphertext, nonce, wrapped_key,
    wrap_nonce, master_key_id) = (excluded.version, excluded.origin, excluded.hint, excluded.ciphertext, excluded.nonce,
    excluded.wrapped_key, excluded.wrap_nonce, excluded.master_key_id)
"""


@dataclass
class Credentials:
    """What was stored, to be found again."""

    owner: Connection
    api_keys: dict[tuple[UUID, UUID], str] = field(default_factory=dict)

    def store(
        self, keyring: Keyring, organization_id: UUID, provider_id: UUID, api_key: str, *, version: int = 1
    ) -> None:
        """Seal a key under the active key and make it the provider's."""
        binding = KeyBinding(organization_id=organization_id, provider_id=provider_id, version=version, origin=ORIGIN)
        sealed = Envelope(keyring).seal(api_key, binding)
        self.owner.execute(
            _STORE,
            (
                organization_id,
                provider_id,
                version,
                ORIGIN,
                sealed.hint,
                sealed.ciphertext,
                sealed.nonce,
                sealed.wrapped_key,
                sealed.wrap_nonce,
                sealed.master_key_id,
            ),
        )
        self.api_keys[organization_id, provider_id] = api_key

    def opened(self, keyring: Keyring) -> dict[tuple[UUID, UUID], str]:
        """Return every key as a service with this keyring reads it."""
        envelope = Envelope(keyring)
        rows = self.owner.execute("SELECT * FROM provider_credentials").fetchall()
        return {
            (row[0], row[1]): envelope.open(
                SealedCredential(
                    binding=KeyBinding(organization_id=row[0], provider_id=row[1], version=row[2], origin=row[3]),
                    hint=row[4],
                    ciphertext=row[5],
                    nonce=row[6],
                    wrapped_key=row[7],
                    wrap_nonce=row[8],
                    master_key_id=row[9],
                )
            )
            for row in rows
        }

    async def served(self, stock: PostgresCredentialStock, keyring: Keyring) -> None:
        """Let the database know the keys, as the start of a service does."""
        await stock.know_keys(await master_keys(keyring).canaries())


@dataclass(frozen=True, slots=True)
class StoredCredentials:
    """A database that holds credentials, and the keys that are sealed in them by organization and provider."""

    database: Database
    api_keys: dict[tuple[UUID, UUID], str]


def master_keys(keyring: Keyring) -> EnvelopeMasterKeys:
    """Return the keyring as administrators have it."""
    return EnvelopeMasterKeys(Envelope(keyring), keyring)
