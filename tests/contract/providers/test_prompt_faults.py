"""Providers that misbehave while they answer a prompt: a failure of the right kind, in time."""

import asyncio
from typing import Any, Final

import pytest

from adapters.providers.prompting import send_prompt
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import Completion, StreamStarted, TextDelta
from tests.contract.providers.sandbox_accounts import Accounts, a_prompt

THREE: Final = ("openai", "anthropic", "google")
# Longer than any fault begins after.
LONG: Final = "sandbox:words=40"


async def broken_stream(accounts: Accounts, provider: str, **changes: Any) -> tuple[str, UpstreamFailure]:  # noqa: ANN401 - whatever a prompt takes
    """Return the words that came, and the failure that had to come."""
    parameters: dict[str, Any] = {"model_id": accounts.model(provider), "max_tokens": 200} | changes
    request = a_prompt(LONG, **parameters)
    words: list[str] = []

    async def listen() -> None:
        async with accounts.gateway.stream(accounts.connection(provider), request) as events:
            async for event in events:
                assert isinstance(event, StreamStarted | TextDelta)
                if isinstance(event, TextDelta):
                    words.append(event.text)

    with pytest.raises(UpstreamFailure) as error:
        await listen()
    return "".join(words), error.value


async def broken_answer(accounts: Accounts, provider: str, *, deadline_seconds: float) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as error:
        await accounts.generate(provider, deadline_seconds=deadline_seconds)
    return error.value


@pytest.mark.parametrize(
    ("kind", "parameters", "category", "is_retryable"),
    [
        ("html_502", {}, "unexpected_body", True),
        ("invalid_json", {}, "unexpected_body", False),
        ("redirect", {"location": "http://169.254.169.254/latest/meta-data"}, "unexpected_body", False),
        ("redirect", {"location": "http://10.0.0.1/", "status": 307}, "unexpected_body", False),
        ("dropped_connection", {}, "unreachable", True),
        ("compressed_bomb", {}, "unexpected_body", False),
        ("endless_body", {}, "unexpected_body", False),
        ("status", {"status": 418, "body": {"teapot": True}}, "bad_request", False),
        ("status", {"status": 200, "body": {"error": {"message": "Sorry"}}}, "provider_error", True),
        (
            "status",
            {"status": 200, "body": "<html>Sign in</html>", "content_type": "text/html"},
            "unexpected_body",
            False,
        ),
        ("status", {"status": 204, "body": ""}, "unexpected_body", False),
        ("rate_limited", {"retry_after": "7", "should_retry": False}, "rate_limited", False),
        ("hang", {}, "timeout", True),
        ("slow_body", {"seconds": 5}, "timeout", True),
    ],
)
async def test_a_fault_of_a_whole_answer(
    accounts: Accounts, kind: str, parameters: dict[str, Any], category: str, is_retryable: bool
) -> None:
    accounts.sandbox.faults.add(kind=kind, **parameters)
    deadline = 0.2 if category == "timeout" else 20.0
    started = asyncio.get_running_loop().time()
    failures = await asyncio.gather(*(broken_answer(accounts, each, deadline_seconds=deadline) for each in THREE))
    for error in failures:
        assert (error.failure.category, error.failure.is_retryable) == (category, is_retryable)
        assert "169.254" not in f"{error.message}{error.failure.hint}"
    if category == "timeout":
        assert asyncio.get_running_loop().time() - started < 1.0
    assert sorted(request.provider or "" for request in accounts.sandbox.requests) == sorted(THREE)


async def test_a_whole_answer_under_another_label_is_read(accounts: Accounts) -> None:
    for provider in THREE:
        accounts.sandbox.faults.add(kind="wrong_content_type", provider=provider)
        assert (await accounts.generate(provider)).text


@pytest.mark.parametrize(
    ("kind", "parameters", "category", "is_retryable"),
    [
        ("html_502", {}, "unexpected_body", True),
        ("redirect", {"location": "http://169.254.169.254/latest/meta-data"}, "unexpected_body", False),
        ("dropped_connection", {}, "unreachable", True),
        ("compressed_bomb", {}, "unexpected_body", False),
        (
            "status",
            {"status": 200, "body": "<html>Sign in</html>", "content_type": "text/html"},
            "unexpected_body",
            False,
        ),
        ("status", {"status": 200, "body": {"error": {"message": "Sorry"}}}, "provider_error", True),
        ("wrong_content_type", {"content_type": "application/octet-stream"}, "unexpected_body", False),
        ("error_event", {"after": 0}, "overloaded", True),
        ("hang", {}, "timeout", True),
        ("delay", {"seconds": 5}, "timeout", True),
    ],
)
async def test_a_fault_before_the_first_word(
    accounts: Accounts, kind: str, parameters: dict[str, Any], category: str, is_retryable: bool
) -> None:
    accounts.sandbox.faults.add(kind=kind, **parameters)
    deadline = 0.2 if category == "timeout" else 20.0
    for words, error in await asyncio.gather(
        *(broken_stream(accounts, each, deadline_seconds=deadline) for each in THREE)
    ):
        assert (words, error.failure.category, error.failure.is_retryable) == ("", category, is_retryable)


@pytest.mark.parametrize(
    ("kind", "parameters", "category"),
    [
        ("error_event", {"after": 6}, "overloaded"),
        ("truncated_stream", {"after": 6}, "unexpected_body"),
        ("missing_end", {"events": 3}, "unexpected_body"),
        ("dropped_connection", {"after": 6}, "unexpected_body"),
        ("hang_mid_stream", {"after": 6}, "timeout"),
    ],
)
async def test_a_fault_in_the_middle_of_an_answer(
    accounts: Accounts, kind: str, parameters: dict[str, Any], category: str
) -> None:
    accounts.sandbox.faults.add(kind=kind, **parameters)
    started = asyncio.get_running_loop().time()
    for words, error in await asyncio.gather(*(broken_stream(accounts, each, idle_seconds=0.2) for each in THREE)):
        assert words.startswith("word1 ")
        assert (error.failure.category, error.failure.is_retryable) == (category, True)
        assert "word" not in f"{error.message}{error.failure.hint}{error!r}"
    assert asyncio.get_running_loop().time() - started < 1.5


async def test_a_stream_that_does_not_end_is_ended(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_prompt, "_GRACE_SECONDS", 0.2)
    accounts.sandbox.faults.add(kind="endless_body", provider="google")
    # The first event is also the last one that it should have sent: nothing of the answer is missing.
    words, completion = await accounts.stream("google", LONG, max_tokens=1)
    assert "".join(words).startswith("word1 and so on")
    assert completion.finish_reason == "length"
    assert await accounts.sandbox.requests[-1].wait_ended() == "disconnected"


@pytest.mark.parametrize(
    ("kind", "parameters"), [("split_utf8", {}), ("slow_stream", {"seconds": 0.005}), ("wrong_content_type", {})]
)
async def test_what_is_merely_odd_does_no_harm(accounts: Accounts, kind: str, parameters: dict[str, Any]) -> None:
    for provider in THREE:
        whole = await accounts.generate(provider, "“Grüße” 🎉")
        accounts.sandbox.faults.add(kind=kind, times=1, **parameters)
        words, completion = await accounts.stream(provider, "“Grüße” 🎉")
        assert "".join(words) == completion.text == whole.text
        assert accounts.sandbox.faults.pending() == []


async def test_a_line_of_200_kib_passes(accounts: Accounts) -> None:
    for provider in THREE:
        accounts.sandbox.faults.add(kind="long_line", provider=provider)
        words, completion = await accounts.stream(provider, LONG)
        assert max(map(len, words)) == 200 * 1024
        assert completion.text == "".join(words)
        assert completion.text.endswith("word40")


async def test_a_model_may_think_longer_than_a_stream_may_be_silent(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="delay", provider="openai", seconds=0.25)
    words, _ = await accounts.stream("openai", idle_seconds=0.1, deadline_seconds=5.0)
    assert words


async def test_a_slow_stream_may_take_longer_than_its_first_words(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="slow_stream", provider="openai", seconds=0.03)
    started = asyncio.get_running_loop().time()
    words, _ = await accounts.stream("openai", idle_seconds=1.0, deadline_seconds=0.2)
    assert words
    assert asyncio.get_running_loop().time() - started > 0.2


@pytest.mark.parametrize(
    ("parameters", "seconds"),
    [
        ({"retry_after": 3}, 3.0),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": 250}, 0.25),
        ({"retry_after_ms": 250, "retry_after": 3}, 0.25),
        ({"try_again": "6m0s"}, 360.0),
        ({"retry_date": 20}, 20.0),
    ],
)
async def test_openais_wait_is_obeyed_in_each_spelling(
    accounts: Accounts, parameters: dict[str, Any], seconds: float
) -> None:
    accounts.sandbox.faults.add(kind="rate_limited", provider="openai", **parameters)
    for call in (accounts.generate, accounts.stream):
        with pytest.raises(UpstreamFailure) as error:
            await call("openai")
        assert error.value.failure.retry_after_seconds == pytest.approx(
            seconds, abs=2 if "retry_date" in parameters else 0
        )


async def test_nobody_listening_is_unreachable(accounts: Accounts) -> None:
    connection, request = accounts.connection("openai"), a_prompt("Hello", model_id="gpt-4o")
    await accounts.sandbox.stop()
    with pytest.raises(UpstreamFailure) as error:
        await accounts.gateway.generate(connection, request)
    assert (error.value.failure.category, error.value.failure.is_retryable) == ("unreachable", True)


async def test_nothing_of_a_prompt_or_an_answer_is_logged(accounts: Accounts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    reported: list[Completion | UpstreamFailure] = []
    for kind in ("invalid_json", "truncated_stream", "error_event", "html_502"):
        accounts.sandbox.faults.add(kind=kind, provider="openai", times=1)
        for call in (accounts.generate, accounts.stream):
            try:
                answer = await call("openai", "A secret of mine")
                reported.append(answer if not isinstance(answer, tuple) else answer[1])
            except UpstreamFailure as error:
                reported.append(error)
    shown = "".join(f"{each!r}{each}{getattr(each, 'hint', '')}" for each in reported)
    for secret in ("secret of mine", "You said", accounts.sandbox.key("openai")):
        assert secret not in caplog.text
        assert secret not in shown
