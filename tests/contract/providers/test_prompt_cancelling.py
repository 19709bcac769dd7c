"""Whoever gives up on an answer ends the call at the provider too, at once, and nothing is left running."""

import asyncio
from typing import Any, Final

import pytest

from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import Completion, StreamStarted
from application.prompts.generation import GenerationRequest
from tests.contract.providers.sandbox_accounts import Accounts, a_prompt

TYPES: Final = ("openai", "anthropic", "google", "azure", "mistral")


def a_long_prompt(accounts: Accounts, provider: str) -> GenerationRequest:
    return a_prompt("sandbox:words=400", model_id=accounts.model(provider), max_tokens=1_000)


async def was_disconnected(accounts: Accounts) -> bool:
    """Wait until the provider has seen the end of the latest call, and tell whether it came before the answer's."""
    return await accounts.sandbox.requests[-1].wait_ended() == "disconnected"


async def cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("provider", TYPES)
async def test_a_cancelled_prompt_ends_at_the_provider(accounts: Accounts, provider: str) -> None:
    accounts.sandbox.faults.add(kind="hang", provider=provider)
    task: asyncio.Task[object] = asyncio.create_task(accounts.generate(provider))
    await accounts.sandbox.wait_for_requests(1)
    await cancelled(task)
    assert await was_disconnected(accounts)


@pytest.mark.parametrize("provider", TYPES)
async def test_leaving_a_stream_ends_it_at_the_provider(accounts: Accounts, provider: str) -> None:
    accounts.sandbox.faults.add(kind="slow_stream", provider=provider, seconds=0.01)
    request = a_long_prompt(accounts, provider)
    async with accounts.gateway.stream(accounts.connection(provider), request) as events:
        assert isinstance(await anext(events), StreamStarted)
    assert await was_disconnected(accounts)


@pytest.mark.parametrize("provider", TYPES)
async def test_a_cancelled_listener_ends_the_stream_at_the_provider(accounts: Accounts, provider: str) -> None:
    accounts.sandbox.faults.add(kind="hang_mid_stream", provider=provider, after=5)
    heard = asyncio.Event()

    async def listen() -> None:
        async with accounts.gateway.stream(accounts.connection(provider), a_long_prompt(accounts, provider)) as events:
            async for _ in events:
                heard.set()

    task: asyncio.Task[object] = asyncio.create_task(listen())
    await asyncio.wait_for(heard.wait(), 2)
    await asyncio.sleep(0.02)
    await cancelled(task)
    assert await was_disconnected(accounts)


async def test_a_listener_cancelled_before_the_first_word_ends_the_stream_too(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="hang", provider="openai")
    task: asyncio.Task[object] = asyncio.create_task(accounts.stream("openai"))
    await accounts.sandbox.wait_for_requests(1)
    await cancelled(task)
    assert await was_disconnected(accounts)


async def test_an_error_of_the_listener_ends_the_stream_and_is_not_mistaken(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="slow_stream", provider="openai", seconds=0.01)

    async def listen(error: Exception) -> None:
        request = a_long_prompt(accounts, "openai")
        async with accounts.gateway.stream(accounts.connection("openai"), request) as events:
            await anext(events)
            raise error

    for error in (TimeoutError("mine"), ValueError("mine")):
        with pytest.raises(type(error), match="mine"):
            await listen(error)
        assert await was_disconnected(accounts)


@pytest.mark.parametrize(("kind", "parameters"), [("hang", {}), ("hang_mid_stream", {"after": 5})])
async def test_the_deadline_ends_the_call_at_the_provider(
    accounts: Accounts, kind: str, parameters: dict[str, Any]
) -> None:
    accounts.sandbox.faults.add(kind=kind, provider="anthropic", times=1, **parameters)
    with pytest.raises(UpstreamFailure) as error:
        await accounts.stream("anthropic", deadline_seconds=0.2, idle_seconds=0.2)
    assert error.value.failure.category == "timeout"
    assert await was_disconnected(accounts)


async def test_a_stream_that_is_entered_and_left_calls_nobody(accounts: Accounts) -> None:
    async with accounts.gateway.stream(accounts.connection("openai"), a_long_prompt(accounts, "openai")):
        pass
    assert len(accounts.sandbox.requests) == 0


async def test_many_that_give_up_leave_nothing_running(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="slow_stream", operation="stream", seconds=0.005)
    before = asyncio.all_tasks()
    tasks: list[asyncio.Task[object]] = [
        asyncio.create_task(accounts.stream(provider, "sandbox:words=400", max_tokens=1_000))
        for provider in TYPES
        for _ in range(4)
    ]
    await accounts.sandbox.wait_for_requests(len(tasks))
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
    for request in accounts.sandbox.requests:
        assert await request.wait_ended() == "disconnected"
    assert not [task for task in asyncio.all_tasks() - before if task in tasks]
    assert isinstance((await accounts.stream("openai"))[1], Completion)
