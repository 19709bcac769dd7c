"""The demonstration gets each of its providers and models once, however often its start is broken off and repeated."""

from uuid import uuid4

import pytest

from application.caller import Caller, acting_as
from application.commands.register_provider import RegisterProvider
from application.commands.remove_provider import RemoveProvider
from entrypoints.demo.seed_organization import ORGANIZATION_ID, seed
from entrypoints.server_process import opened
from sandbox.server import Sandbox
from tests.databases import Connection, Database
from tests.e2e.running_service import a_runtime

PROVIDERS = "SELECT name FROM ai_providers ORDER BY name"
MODELS = "SELECT provider_id, count(*) FROM ai_models GROUP BY provider_id"


class BrokenOff(Exception):
    """What ends a start before its time."""


class BreakingOff(Sandbox):
    """Ends the start as soon as it requests the key of one provider."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    def key(self, provider: str, name: str = "valid") -> str:
        """Break off, or give the key."""
        if provider == self._at:
            raise BrokenOff
        return super().key(provider, name)


def somebody() -> Caller:
    return Caller(organization_id=ORGANIZATION_ID, actor="somebody", command_id=uuid4(), correlation_id="a request")


async def test_what_an_interrupted_start_left_undone_is_done_by_the_next(database: Database, owner: Connection) -> None:
    async with opened(a_runtime(database)) as container:
        for at, found in (("openai", []), ("anthropic", ["OpenAI"]), ("google", ["Anthropic", "OpenAI"])):
            async with BreakingOff(at) as sandbox:
                with pytest.raises(BrokenOff):
                    await seed(container, sandbox)
            assert [name for (name,) in owner.execute(PROVIDERS)] == found
        async with Sandbox() as sandbox:
            await seed(container, sandbox)
            events = owner.execute("SELECT count(*) FROM events").fetchone()
            await seed(container, sandbox)
    assert [name for (name,) in owner.execute(PROVIDERS)] == ["Anthropic", "Google", "OpenAI"]
    assert sorted(count for _, count in owner.execute(MODELS)) == [2, 2, 3]
    assert owner.execute("SELECT count(*) FROM events").fetchone() == events


async def test_somebodys_own_provider_of_the_same_name_stays_as_it_is(database: Database, owner: Connection) -> None:
    async with opened(a_runtime(database)) as container, Sandbox() as sandbox:
        with acting_as(somebody()):
            await container.register_provider()(RegisterProvider(name="OpenAI", provider_type="openai"))
        await seed(container, sandbox)
    endpoints: dict[str, str] = dict(owner.execute("SELECT name, endpoint FROM ai_providers").fetchall())
    assert sorted(endpoints) == ["Anthropic", "Google", "OpenAI"]
    assert endpoints["OpenAI"] == "https://api.openai.com/v1"


async def test_what_somebody_removed_does_not_come_back(database: Database, owner: Connection) -> None:
    async with opened(a_runtime(database)) as container, Sandbox() as sandbox:
        await seed(container, sandbox)
        (provider_id,) = owner.execute("SELECT id FROM ai_providers WHERE name = 'Google'").fetchone() or ()
        with acting_as(somebody()):
            await container.remove_provider()(RemoveProvider(provider_id=provider_id, cascade=True))
        await seed(container, sandbox)
    assert [name for (name,) in owner.execute(PROVIDERS)] == ["Anthropic", "OpenAI"]
