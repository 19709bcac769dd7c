"""What every vault does, whatever keeps its rows."""

import secrets
from dataclasses import replace
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from application.caller import Caller, acting_as
from application.errors import CredentialUnreadable
from application.ports.vault import KeyBinding, SealedCredential, Vault

API_KEY = "sk-" + secrets.token_hex(24) + "wxyz"
ORIGIN = "https://api.example.com:443"


class VaultUnderTest(Protocol):
    """A vault, and the ways by which credentials get into its store and out of it."""

    @property
    def vault(self) -> Vault: ...

    async def store(self, sealed: SealedCredential) -> None:
        """Make it the current credential of the provider that its binding names, in place of an earlier one."""
        ...

    async def destroy(self, organization_id: UUID, provider_id: UUID) -> None: ...


def a_binding(organization_id: UUID | None = None, provider_id: UUID | None = None, version: int = 1) -> KeyBinding:
    return KeyBinding(
        organization_id=organization_id or uuid4(), provider_id=provider_id or uuid4(), version=version, origin=ORIGIN
    )


def a_caller(organization_id: UUID) -> Caller:
    return Caller(organization_id=organization_id, actor="user-1", command_id=uuid4(), correlation_id="test")


async def opened(subject: VaultUnderTest, binding: KeyBinding, origin: str = ORIGIN) -> str | None:
    with acting_as(a_caller(binding.organization_id)):
        return await subject.vault.open(binding.provider_id, origin)


async def stored(subject: VaultUnderTest, binding: KeyBinding, api_key: str = API_KEY) -> SealedCredential:
    with acting_as(a_caller(binding.organization_id)):
        sealed = await subject.vault.seal(api_key, binding)
    await subject.store(sealed)
    return sealed


class VaultContract:
    """Subclass it in a test module, with a fixture `subject` that gives a `VaultUnderTest`."""

    async def test_a_stored_key_opens_for_its_provider_and_origin(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        await stored(subject, binding)
        assert await opened(subject, binding) == API_KEY

    async def test_a_provider_without_a_key_has_none(self, subject: VaultUnderTest) -> None:
        assert await opened(subject, a_binding()) is None

    async def test_sealing_alone_stores_nothing(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        await subject.vault.seal(API_KEY, binding)
        assert await opened(subject, binding) is None

    async def test_a_sealed_credential_carries_its_binding_and_hint_and_no_trace_of_the_key(
        self, subject: VaultUnderTest
    ) -> None:
        binding = a_binding()
        sealed = await subject.vault.seal(API_KEY, binding)
        assert (sealed.binding, sealed.hint) == (binding, "…wxyz")
        assert subject.vault.hint(API_KEY) == "…wxyz"
        assert API_KEY not in repr(sealed)

    @pytest.mark.parametrize(
        "origin", ["https://evil.example.com:443", "http://api.example.com:443", "https://api.example.com:8443", ""]
    )
    async def test_a_key_does_not_open_for_another_origin(self, subject: VaultUnderTest, origin: str) -> None:
        binding = a_binding()
        await stored(subject, binding)
        with pytest.raises(CredentialUnreadable):
            await opened(subject, binding, origin)

    async def test_another_tenant_finds_no_key(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        await stored(subject, binding)
        assert await opened(subject, a_binding(provider_id=binding.provider_id)) is None

    async def test_a_row_moved_to_another_tenant_does_not_open(self, subject: VaultUnderTest) -> None:
        sealed = await subject.vault.seal(API_KEY, a_binding())
        elsewhere = replace(sealed.binding, organization_id=uuid4())
        await subject.store(replace(sealed, binding=elsewhere))
        with pytest.raises(CredentialUnreadable):
            await opened(subject, elsewhere)

    async def test_a_row_moved_to_another_provider_does_not_open(self, subject: VaultUnderTest) -> None:
        sealed = await subject.vault.seal(API_KEY, a_binding())
        elsewhere = replace(sealed.binding, provider_id=uuid4())
        await subject.store(replace(sealed, binding=elsewhere))
        with pytest.raises(CredentialUnreadable):
            await opened(subject, elsewhere)

    async def test_a_row_with_another_version_does_not_open(self, subject: VaultUnderTest) -> None:
        sealed = await subject.vault.seal(API_KEY, a_binding(version=1))
        later = replace(sealed.binding, version=2)
        await subject.store(replace(sealed, binding=later))
        with pytest.raises(CredentialUnreadable):
            await opened(subject, later)

    async def test_a_tampered_row_does_not_open(self, subject: VaultUnderTest) -> None:
        sealed = await subject.vault.seal(API_KEY, a_binding())
        await subject.store(replace(sealed, ciphertext=bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]))
        with pytest.raises(CredentialUnreadable):
            await opened(subject, sealed.binding)

    async def test_a_row_under_a_lost_master_key_says_which(self, subject: VaultUnderTest) -> None:
        sealed = await subject.vault.seal(API_KEY, a_binding())
        await subject.store(replace(sealed, master_key_id="lost-key"))
        with pytest.raises(CredentialUnreadable, match="lost-key"):
            await opened(subject, sealed.binding)

    async def test_the_latest_key_counts(self, subject: VaultUnderTest) -> None:
        first = a_binding(version=1)
        second = replace(first, version=2)
        await stored(subject, first, "the former key")
        await stored(subject, second, "the present key")
        assert await opened(subject, second) == "the present key"

    async def test_a_destroyed_key_is_gone(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        await stored(subject, binding)
        await subject.destroy(binding.organization_id, binding.provider_id)
        assert await opened(subject, binding) is None

    async def test_keys_of_two_providers_are_kept_apart(self, subject: VaultUnderTest) -> None:
        one = a_binding()
        other = a_binding(organization_id=one.organization_id)
        await stored(subject, one, "the key of one")
        await stored(subject, other, "the key of the other")
        assert (await opened(subject, one), await opened(subject, other)) == ("the key of one", "the key of the other")

    async def test_a_template_in_a_key_stays_what_it_is(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        await stored(subject, binding, "${HOME} {{ env.PATH }} os.environ/PATH")
        assert await opened(subject, binding) == "${HOME} {{ env.PATH }} os.environ/PATH"

    async def test_a_credential_at_hand_opens_as_a_stored_one_does(self, subject: VaultUnderTest) -> None:
        binding = a_binding()
        sealed = await subject.vault.seal(API_KEY, binding)
        with acting_as(a_caller(binding.organization_id)):
            key = await subject.vault.unseal(sealed, provider_id=binding.provider_id, origin=binding.origin)
        assert key == API_KEY

    @pytest.mark.parametrize("moved", ["organization", "provider", "origin"])
    async def test_a_credential_at_hand_opens_for_what_it_was_sealed_for_alone(
        self, subject: VaultUnderTest, moved: str
    ) -> None:
        binding = a_binding()
        sealed = await subject.vault.seal(API_KEY, binding)
        provider_id = uuid4() if moved == "provider" else binding.provider_id
        origin = "https://evil.example.com:443" if moved == "origin" else binding.origin
        with (
            acting_as(a_caller(uuid4() if moved == "organization" else binding.organization_id)),
            pytest.raises(CredentialUnreadable),
        ):
            await subject.vault.unseal(sealed, provider_id=provider_id, origin=origin)
