import pytest

from application.ports.provider_gateway import ProviderConnection
from tests.contract.generation_contract import GenerationContract
from tests.fakes.generation import HANG, FakeGeneration
from tests.prompt_setup import a_failure


class _Subject:
    model_id = "gpt-x"
    answer = "Hello."

    def __init__(self) -> None:
        self.generation = FakeGeneration()
        self.connection = ProviderConnection(provider_type="openai", endpoint="https://api.example.com", settings={})

    def refuse_next(self) -> None:
        self.generation.plays(self.model_id, a_failure("overloaded"))

    def break_off_next(self) -> None:
        self.generation.plays(self.model_id, "Hel", a_failure("unexpected_body"))

    def hang_next(self) -> None:
        self.generation.plays(self.model_id, HANG)

    def hang_in_the_next_stream(self) -> None:
        self.generation.plays(self.model_id, "Hel", HANG)

    async def called(self) -> None:
        await self.generation.called.wait()

    async def last_ending(self) -> str | None:
        return self.generation.calls[-1].ending


class TestFakeGeneration(GenerationContract):
    @pytest.fixture
    def subject(self) -> _Subject:
        return _Subject()
