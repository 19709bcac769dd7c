"""What every store of access keys does, with the use cases on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from application.access_keys.access_keys import AccessKeys, KeySecrets, SecretDigest
from application.access_keys.issue_access_key import IssueAccessKey, IssuedSecret, issue_access_key
from application.access_keys.key_text import digest_of, parse_key
from application.access_keys.revoke_access_key import RevokeAccessKey, revoke_access_key
from application.access_keys.rotate_access_key import RotateAccessKey, rotate_access_key
from application.errors import AccessKeyNotFound, InvalidInput
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models, Providers
from tests.builders import NOW, a_model, a_provider, acting
from tests.fakes.clock import FakeClock


class Stores(Protocol):
    """What is under test, on one log."""

    @property
    def keys(self) -> AccessKeys: ...

    @property
    def secrets(self) -> KeySecrets: ...

    @property
    def providers(self) -> Providers: ...

    @property
    def models(self) -> Models: ...

    @property
    def directory(self) -> RegisteredModels: ...


def _secrets() -> Iterator[bytes]:
    number = 0
    while True:
        number += 1
        yield number.to_bytes(32)


@dataclass
class UseCases:
    """The use cases on the stores, with secrets that differ."""

    stores: Stores

    def __post_init__(self) -> None:
        self._secrets = _secrets()

    async def issue(self, **facts: Any) -> IssuedSecret:  # noqa: ANN401 - fields of the command
        return await issue_access_key(
            IssueAccessKey(name="Key", **facts),
            keys=self.stores.keys,
            secrets=self.stores.secrets,
            models=self.stores.models,
            directory=self.stores.directory,
            clock=FakeClock(NOW),
            new_secret=self._secrets.__next__,
        )

    async def rotate(self, key_id: UUID) -> IssuedSecret:
        return await rotate_access_key(
            RotateAccessKey(key_id=key_id),
            keys=self.stores.keys,
            secrets=self.stores.secrets,
            clock=FakeClock(NOW),
            new_secret=self._secrets.__next__,
        )


class AccessKeysContract:
    """Inherited by the tests of each; `subject` gives the stores, empty."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    @pytest.fixture
    def use_cases(self, subject: Stores) -> UseCases:
        return UseCases(subject)

    async def test_a_key_is_there_for_its_organization_alone(
        self, subject: Stores, use_cases: UseCases, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            issued = await use_cases.issue(labels={"team": "search"})
            assert issued.text is not None
            key_id = issued.recorded.aggregate_id
            assert (await subject.keys.get(key_id)).labels == {"team": "search"}
            assert await subject.secrets.all_ids() == [key_id]
            secret = SecretDigest(key_id=key_id, version=1, digest=digest_of(issued.text))
            assert await subject.secrets.holds(secret)
            assert (parse_key(issued.text) or pytest.fail("no key")).organization_id == organization_id
        with acting(uuid4()):
            with pytest.raises(AccessKeyNotFound):
                await subject.keys.get(key_id)
            assert await subject.keys.get_many([key_id]) == {}
            assert not await subject.secrets.holds(secret)
            assert list(await subject.secrets.all_ids()) == []

    async def test_a_command_that_is_executed_again_shows_no_secret(
        self, subject: Stores, use_cases: UseCases, organization_id: UUID
    ) -> None:
        """The second secret is not the one that was recorded, and nobody knows the first any more."""
        command_id = uuid4()
        with acting(organization_id, command_id=command_id):
            first = await use_cases.issue()
            again = await use_cases.issue()
        assert first.text is not None
        assert (again.recorded, again.text) == (first.recorded, None)
        key_id = first.recorded.aggregate_id
        rotation = uuid4()
        with acting(organization_id, command_id=rotation):
            rotated = await use_cases.rotate(key_id)
        with acting(organization_id, command_id=rotation):
            repeated = await use_cases.rotate(key_id)
            assert (rotated.text is not None, repeated.text, repeated.recorded) == (True, None, rotated.recorded)
            digest = digest_of(rotated.text or "")
            assert await subject.secrets.holds(SecretDigest(key_id=key_id, version=2, digest=digest))

    async def test_a_revoked_key_is_gone(self, subject: Stores, use_cases: UseCases, organization_id: UUID) -> None:
        with acting(organization_id):
            issued = await use_cases.issue()
        key_id = issued.recorded.aggregate_id
        with acting(organization_id):
            await revoke_access_key(RevokeAccessKey(key_id=key_id), keys=subject.keys)
        with acting(organization_id):
            with pytest.raises(AccessKeyNotFound):
                await subject.keys.get(key_id)
            assert list(await subject.secrets.all_ids()) == []

    async def test_a_key_is_restricted_to_what_there_is(
        self, subject: Stores, use_cases: UseCases, organization_id: UUID
    ) -> None:
        provider = a_provider()
        model = a_model(provider_id=provider.id)
        with acting(organization_id):
            await subject.providers.save(provider)
        with acting(organization_id):
            await subject.models.save(model)
        with acting(organization_id):
            issued = await use_cases.issue(model_ids=[model.id, model.id], provider_ids=[provider.id])
            key = await subject.keys.get(issued.recorded.aggregate_id)
            assert (key.model_ids, key.provider_ids) == ([str(model.id)], [str(provider.id)])
        for facts, pointer in (
            ({"model_ids": [model.id, uuid4()]}, "/modelIds/1"),
            ({"provider_ids": [model.id]}, "/providerIds/0"),
        ):
            with acting(organization_id), pytest.raises(InvalidInput) as refused:
                await use_cases.issue(**facts)
            assert refused.value.pointer == pointer
        with acting(uuid4()), pytest.raises(InvalidInput):
            await use_cases.issue(model_ids=[model.id])
