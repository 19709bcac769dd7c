"""The providers and models of the demonstration's organization."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import orjson
from yarl import URL

from application.caller import Caller, acting_as
from application.commands.change_provider import ChangeProvider
from application.commands.name_organization import NameOrganization
from application.commands.register_provider import RegisterProvider
from application.discovery.import_models import ImportModels
from application.errors import CredentialUnreadable, InvalidInput, ProviderNameTaken
from application.health.check_provider import CheckProvider
from application.policies.change_secrets import SecretsChange
from application.ports.provider_gateway import UpstreamFailure
from application.ports.resource_documents import PageRequest, ProviderFilter
from entrypoints.container import Container
from entrypoints.http.pagination import LARGEST_PAGE
from sandbox.server import Sandbox

ORGANIZATION_ID: Final = UUID("5eed0000-0000-4000-8000-000000000001")
ACTOR: Final = "demo"


@dataclass(frozen=True, slots=True)
class _Seed:
    name: str
    provider_type: str
    sandbox_name: str
    models: tuple[str, ...]


# GPT-4o retires soon, on whatever day this is, and Claude Haiku 4.5 later: so the sandbox lists them. The others stay.
_SEEDS: Final = (
    _Seed("OpenAI", "openai", "openai", ("gpt-4o", "gpt-6-sol", "text-embedding-3-small")),
    _Seed("Anthropic", "anthropic", "anthropic", ("claude-haiku-4-5-20251001", "claude-sonnet-5-5")),
    _Seed("Google", "google", "google", ("gemini-3.8-flash", "gemini-pro-latest")),
)


async def seed(container: Container, sandbox: Sandbox) -> None:
    """Give the demonstration its providers and models, as far as it was not given them before.

    What an interrupted start has left undone is done by the next one, and what somebody has changed or removed since
    stays so: every step has a command id of its own, which the log applies once. Providers of an earlier start follow
    the sandbox to its new port.
    """
    await _follow(container, sandbox)
    with _acting("name"):
        await container.name_organization()(NameOrganization(organization_id=ORGANIZATION_ID, name="Demonstration"))
    for wanted in _SEEDS:
        # Somebody's own provider of that name stays what it is, and so do those of versions that had other command ids.
        with suppress(ProviderNameTaken):
            await _plant(container, sandbox, wanted)
    for provider in await _held(container):
        if provider["lastHealthCheck"] is None and provider["endpoint"].startswith(sandbox.url):
            # The monitor comes by within minutes; nobody who tries it out should wait for that.
            with _acting():
                await container.check_provider()(CheckProvider(provider_id=UUID(provider["id"])))


async def _plant(container: Container, sandbox: Sandbox, wanted: _Seed) -> None:
    with _acting(wanted.name):
        registration = RegisterProvider(
            name=wanted.name,
            provider_type=wanted.provider_type,
            endpoint=sandbox.endpoint(wanted.sandbox_name),
            api_key=sandbox.key(wanted.sandbox_name),
        )
        recorded = await container.register_provider()(registration)
    endpoints = {UUID(provider["id"]): provider["endpoint"] for provider in await _held(container)}
    if endpoints.get(recorded.aggregate_id, "").startswith(sandbox.url):
        # They are imported, not registered, because it is the sandbox's list that knows when they retire.
        models = ImportModels(provider_id=recorded.aggregate_id, model_ids=wanted.models, enable=True)
        # Somebody may have changed the key to one that the sandbox refuses, or what the sandbox offers.
        with _acting(f"{wanted.name} models"), suppress(UpstreamFailure, CredentialUnreadable, InvalidInput):
            await container.import_models()(models)


async def _held(container: Container) -> list[dict[str, Any]]:
    with _acting():
        page = await container.provider_documents().page(ProviderFilter(), PageRequest(limit=LARGEST_PAGE))
    held: list[dict[str, Any]] = orjson.loads(b"[" + page.joined + b"]")
    return held


async def _follow(container: Container, sandbox: Sandbox) -> None:
    endpoints = {wanted.provider_type: sandbox.endpoint(wanted.sandbox_name) for wanted in _SEEDS}
    for provider in await _held(container):
        was, now = URL(provider["endpoint"]), URL(endpoints.get(provider["providerType"], ""))
        if was.host == now.host and was.path == now.path and was.port != now.port:
            with _acting():
                await container.change_provider()(
                    ChangeProvider(
                        provider_id=UUID(provider["id"]),
                        endpoint=str(now),
                        secrets=SecretsChange(api_key=sandbox.key(provider["providerType"])),
                    )
                )


def _acting(step: str | None = None) -> AbstractContextManager[None]:
    """Each change is a command of its own; that of a named step has the same id at every start."""
    command_id = uuid4() if step is None else uuid5(ORGANIZATION_ID, step)
    return acting_as(Caller(organization_id=ORGANIZATION_ID, actor=ACTOR, command_id=command_id, correlation_id="demo"))
