"""The routes that run prompts, on a service without a database."""

from collections.abc import Awaitable, Callable

import pytest

from tests.contract.http.prompts.prompt_routes import a_setup, prompt_routes
from tests.http_service import Service
from tests.prompt_setup import PromptSetup


@pytest.fixture
def setup() -> PromptSetup:
    return a_setup()


@pytest.fixture
async def service(setup: PromptSetup, serve: Callable[..., Awaitable[Service]]) -> Service:
    return await serve(*prompt_routes(setup))
