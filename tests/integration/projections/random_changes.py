"""What can happen to organizations, as steps that a property test puts together in any order."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from application.access_keys.access_keys import SecretDigest
from application.errors import ApplicationError, OrganizationRemoved
from application.ports.repositories import Gone
from domain.access_key.aggregate import AccessKey
from domain.errors import DomainError
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.webhook.aggregate import Webhook
from tests import hypothesis_strategies as strategies
from tests.builders import a_model, a_provider, acting
from tests.hypothesis_strategies import apply_command
from tests.integration.stored_organization import StoredOrganization

places = st.integers(0, 2)
# Few names, so that they are often taken.
few = st.sampled_from(["one", "ONE", "two", "three"])

steps = st.one_of(
    st.tuples(st.just("register_provider"), st.tuples(few, strategies.registrations_of_providers)),
    st.tuples(
        st.just("change_provider"),
        st.tuples(places, st.lists(strategies.provider_commands, min_size=1, max_size=3), few),
    ),
    st.tuples(st.just("remove_provider"), st.tuples(places, st.booleans())),
    st.tuples(
        st.just("register_models"),
        st.tuples(places, st.lists(st.tuples(few, strategies.registrations_of_models), min_size=1, max_size=3)),
    ),
    st.tuples(
        st.just("change_models"),
        st.tuples(st.lists(st.tuples(places, st.lists(strategies.model_commands, min_size=1, max_size=3)), max_size=3)),
    ),
    st.tuples(st.just("remove_model"), st.tuples(places)),
    st.tuples(st.just("issue_key"), st.tuples(strategies.issues_of_keys)),
    st.tuples(
        st.just("change_key"), st.tuples(places, st.lists(strategies.access_key_commands, min_size=1, max_size=3))
    ),
    st.tuples(st.just("revoke_key"), st.tuples(places)),
    st.tuples(st.just("register_webhook"), st.tuples(strategies.registrations_of_webhooks)),
    st.tuples(
        st.just("change_webhook"), st.tuples(places, st.lists(strategies.webhook_commands, min_size=1, max_size=3))
    ),
    st.tuples(st.just("remove_webhook"), st.tuples(places)),
    st.tuples(st.just("invite_member"), st.tuples(strategies.roles)),
    st.tuples(
        st.just("change_member"), st.tuples(places, st.lists(strategies.member_commands, min_size=1, max_size=3))
    ),
    st.tuples(st.just("remove_member"), st.tuples(places, st.booleans())),
    st.tuples(st.just("come_too_late"), st.tuples(places)),
    st.tuples(st.just("name_organization"), st.tuples(few)),
    st.tuples(
        st.just("change_organization"), st.tuples(st.lists(strategies.organization_commands, min_size=1, max_size=3))
    ),
    st.tuples(st.just("remove_organization"), st.tuples()),
)
stories = st.lists(st.tuples(st.integers(0, 1), steps), min_size=6, max_size=14)

Step = tuple[str, tuple[Any, ...]]


class Tenant(StoredOrganization):
    """An organization whose members do what a story says; what is refused is part of the story."""

    async def begin(self) -> None:
        """Register two providers, and a model of each."""
        for name in ("first", "second"):
            provider = a_provider(name=name)
            model = a_model(provider_id=provider.id)
            with acting(self.organization_id):
                await self.providers.save(provider)
            with acting(self.organization_id):
                await self.models.save(model)
            self.provider_ids.append(provider.id)
            self.model_ids.append(model.id)

    async def live(self, step: Step) -> None:
        name, arguments = step
        with acting(self.organization_id), suppress(ApplicationError, DomainError):
            await getattr(self, name)(*arguments)

    async def register_provider(self, name: str, facts: dict[str, Any]) -> None:
        provider = Provider.register(uuid4(), **facts | {"name": name})
        await self.providers.save(provider)
        self.provider_ids.append(provider.id)

    async def change_provider(self, place: int, commands: Sequence[strategies.Command], name: str) -> None:
        provider = await self.providers.get(_at(self.provider_ids, place))
        for command in commands:
            apply_command(provider, ("rename", (name,), {}) if command[0] == "rename" else command)
        await self.providers.save(provider)

    async def remove_provider(self, place: int, with_models: bool) -> None:
        provider = await self.providers.get(_at(self.provider_ids, place))
        provider.remove()
        dependants = []
        if with_models:
            models = await self.models.get_many(self.model_ids)
            dependants = [model for model in models.values() if model.provider_id == provider.id]
        for model in dependants:
            model.remove()
        await self.providers.save(provider, with_models=dependants)

    async def register_models(self, place: int, registrations: Sequence[tuple[str, dict[str, Any]]]) -> None:
        provider_id = _at(self.provider_ids, place)
        models = [
            Model.register(uuid4(), provider_id=provider_id, **facts | {"model_id": model_id})
            for model_id, facts in registrations
        ]
        await self.models.save_all(models)
        self.model_ids += [model.id for model in models]

    async def change_models(self, changes: Sequence[tuple[int, Sequence[strategies.Command]]]) -> None:
        wanted = {_at(self.model_ids, place): commands for place, commands in changes}
        models = await self.models.get_many(list(wanted))
        for model in models.values():
            for command in wanted[model.id]:
                apply_command(model, command)
        await self.models.save_all(list(models.values()))

    async def remove_model(self, place: int) -> None:
        model = await self.models.get(_at(self.model_ids, place))
        model.remove()
        await self.models.save(model)

    async def issue_key(self, facts: dict[str, Any]) -> None:
        key = AccessKey.issue(uuid4(), **facts)
        await self.keys.save(key, secret=SecretDigest(key_id=key.id, version=1, digest=b"digest"))
        self.key_ids.append(key.id)

    async def change_key(self, place: int, commands: Sequence[strategies.Command]) -> None:
        key = await self.keys.get(_at(self.key_ids, place))
        for command in commands:
            apply_command(key, command)
        await self.keys.save(key)

    async def revoke_key(self, place: int) -> None:
        key = await self.keys.get(_at(self.key_ids, place))
        key.revoke()
        await self.keys.save(key)

    async def register_webhook(self, facts: dict[str, Any]) -> None:
        webhook = Webhook.register(uuid4(), **facts)
        await self.webhooks.save(webhook)
        self.webhook_ids.append(webhook.id)

    async def change_webhook(self, place: int, commands: Sequence[strategies.Command]) -> None:
        webhook = await self.webhooks.get(_at(self.webhook_ids, place))
        for command in commands:
            apply_command(webhook, command)
        await self.webhooks.save(webhook)

    async def remove_webhook(self, place: int) -> None:
        webhook = await self.webhooks.get(_at(self.webhook_ids, place))
        webhook.remove()
        await self.webhooks.save(webhook)

    async def invite_member(self, role: str) -> None:
        member = Member.invite(uuid4(), role=role)
        await self.members.save(member)
        self.member_ids.append(member.id)

    async def change_member(self, place: int, commands: Sequence[strategies.Command]) -> None:
        member = await self.members.get(_at(self.member_ids, place))
        for command in commands:
            apply_command(member, command)
        await self.members.save(member)

    async def remove_member(self, place: int, is_leaving: bool) -> None:
        member = await self.members.get(_at(self.member_ids, place))
        member.leave() if is_leaving else member.remove()
        await self.members.save(member)

    async def come_too_late(self, place: int) -> None:
        late = await self.models.get(_at(self.model_ids, place))
        await self.remove_model(place)
        late.rename("Too late")
        with acting(self.organization_id):
            await self.models.save(late)

    async def name_organization(self, name: str) -> None:
        organization = await self.organizations.find(self.organization_id)
        if organization is None:
            organization = Organization.register(self.organization_id, name=name)
        elif organization.is_removed:
            raise OrganizationRemoved
        else:
            organization.rename(name)
        await self.organizations.save(organization)

    async def change_organization(self, commands: Sequence[strategies.Command]) -> None:
        organization = await self.organizations.get(self.organization_id)
        for command in commands:
            apply_command(organization, command)
        await self.organizations.save(organization)

    async def remove_organization(self) -> None:
        gone: list[Gone] = list((await self.models.get_many(self.model_ids)).values())
        gone += (await self.keys.get_many(self.key_ids)).values()
        gone += (await self.webhooks.get_many(self.webhook_ids)).values()
        gone += (await self.members.get_many(self.member_ids)).values()
        for provider_id in self.provider_ids:
            with suppress(ApplicationError):
                gone.append(await self.providers.get(provider_id))
        organization = await self.organizations.find(self.organization_id)
        if organization is None:
            organization = Organization.register(self.organization_id, name="unnamed")
        for thing in (*gone, organization):
            thing.revoke() if isinstance(thing, AccessKey) else thing.remove()
        await self.organizations.save_removed(organization, gone)


def _at(ids: Sequence[UUID], place: int) -> UUID:
    return ids[place % len(ids)] if ids else uuid4()
