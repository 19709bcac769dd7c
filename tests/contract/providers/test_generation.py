"""The gateway keeps the contract of running prompts, with each of the three protocols behind it."""

import pytest

from tests.contract.generation_contract import GenerationContract
from tests.contract.providers.sandbox_accounts import Accounts
from tests.contract.sandbox.sandbox_client import CHAT_MODELS

# Events until the first words are out, and those without which an answer is not whole.
BEGINNING = {"openai": 3, "anthropic": 4, "google": 1}
ENDING = {"openai": 3, "anthropic": 2, "google": 1}


class _Subject:
    answer = "You said “Hello there” (2 words)."

    def __init__(self, accounts: Accounts, provider: str) -> None:
        self.generation = accounts.gateway
        self.connection = accounts.connection(provider)
        self.model_id = CHAT_MODELS[provider]
        self._sandbox = accounts.sandbox
        self._provider = provider

    def refuse_next(self) -> None:
        self._sandbox.faults.add(kind="overloaded", provider=self._provider, times=1)

    def break_off_next(self) -> None:
        self._sandbox.faults.add(kind="missing_end", provider=self._provider, times=1, events=ENDING[self._provider])

    def hang_next(self) -> None:
        self._sandbox.faults.add(kind="hang", provider=self._provider, times=1)

    def hang_in_the_next_stream(self) -> None:
        after = BEGINNING[self._provider]
        self._sandbox.faults.add(kind="hang_mid_stream", provider=self._provider, times=1, after=after)

    async def called(self) -> None:
        await self._sandbox.wait_for_requests(1)

    async def last_ending(self) -> str:
        ending = await self._sandbox.requests[-1].wait_ended()
        return "cancelled" if ending == "disconnected" else ending


class TestGateway(GenerationContract):
    @pytest.fixture(params=["openai", "anthropic", "google"])
    def subject(self, accounts: Accounts, request: pytest.FixtureRequest) -> _Subject:
        return _Subject(accounts, request.param)
