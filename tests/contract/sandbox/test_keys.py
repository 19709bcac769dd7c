"""Every magic key does what its table says, where it says so, and nothing elsewhere."""

from typing import Any

import aiohttp
import pytest

from sandbox.magic_keys import KEYS, VALID
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import ACCOUNTS, CHAT_MODELS, Response, SandboxClient, chat_body

LOCAL = ("ollama", "vllm", "llamacpp")


async def _try(talk: SandboxClient, operation: str) -> Response | None:
    """The answer to the operation; None when the provider has none of that kind."""
    model = CHAT_MODELS[talk.provider]
    if operation in {"chat", "stream"}:
        return await talk.chat(stream=operation == "stream")
    if operation == "list" and talk.provider != "openrouter":
        return await talk.list()
    if operation == "account" and talk.provider in ACCOUNTS:
        return await talk.account()
    if operation == "count" and talk.provider == "anthropic":
        return await talk.send("POST", "/v1/messages/count_tokens", chat_body("anthropic", model, "Hello"))
    if operation == "count" and talk.provider == "google":
        return await talk.send("POST", f"/models/{model}:countTokens", chat_body("google", model, "Hello"))
    return None


@pytest.mark.parametrize("provider", KEYS)
async def test_a_key_is_refused_where_its_entry_says_and_works_elsewhere(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    for key in KEYS[provider].values():
        talk = SandboxClient(sandbox, http, provider, key.value)
        tried = {operation: await _try(talk, operation) for operation in ("list", "chat", "stream", "count", "account")}
        statuses = {operation: answer.status for operation, answer in tried.items() if answer is not None}
        expected = {name: key.status if name in key.operations else 200 for name in statuses}
        assert (key.name, statuses) == (key.name, expected)
        streamed = tried["stream"]
        assert streamed is not None
        assert key.in_stream is (streamed.status == 200 and '"error"' in streamed.text), key.name


def test_no_two_keys_are_alike() -> None:
    values = [key.value for keys in KEYS.values() for key in keys.values()]
    assert len(set(values)) == len(values)


def test_every_provider_has_a_key_that_works_and_the_common_refusals() -> None:
    for keys in KEYS.values():
        assert {VALID, "bad_key", "rate_limited", "overloaded", "overloaded_mid_stream", "bad_gateway"} <= keys.keys()


def test_every_provider_refuses_a_missing_key_somehow() -> None:
    assert all("no_key" in provider.cases for provider in PROVIDERS.values())


def _message(body: Any) -> str:  # noqa: ANN401 - whatever the provider sent
    """The error's text, wherever the provider puts it."""
    error = body.get("error", body.get("detail"))
    return str(error["message"]) if isinstance(error, dict) else str(error)


@pytest.mark.parametrize(
    ("provider", "status", "message"),
    [
        ("openai", 401, "Incorrect API key provided: wron"),
        ("anthropic", 401, "invalid x-api-key"),
        ("google", 400, "API key not valid. Please pass a valid API key."),
        ("azure", 401, "Access denied due to invalid subscription key"),
        ("openrouter", 401, "User not found."),
        ("mistral", 401, "Unauthorized"),
        ("groq", 401, "Invalid API"),
        ("deepseek", 401, "Authentication Fails, Your api key: wron"),
        ("xai", 400, "Incorrect API key provided: wron"),
        ("together", 401, "Invalid API key provided"),
    ],
)
async def test_a_wrong_key_is_refused_in_the_providers_words(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, status: int, message: str
) -> None:
    answer = await SandboxClient(sandbox, http, provider, "wrong-key-0123456789").chat()
    assert answer.status == status
    assert _message(answer.json()).startswith(message)
    assert "wrong-key-0123456789" not in answer.text


@pytest.mark.parametrize(
    ("provider", "status", "message"),
    [
        ("openai", 401, "You didn't provide an API key."),
        ("anthropic", 401, "x-api-key header is required"),
        ("google", 403, "Method doesn't allow unregistered callers"),
        ("azure", 401, "Access denied"),
        ("openrouter", 401, "No auth credentials found"),
        ("mistral", 401, "Unauthorized"),
        ("xai", 400, "Incorrect API key provided: ''"),
    ],
)
async def test_a_missing_key_is_refused_in_the_providers_words(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, status: int, message: str
) -> None:
    answer = await SandboxClient(sandbox, http, provider, None).chat()
    assert answer.status == status
    assert _message(answer.json()).startswith(message)


@pytest.mark.parametrize("key", [None, "whatever"])
@pytest.mark.parametrize("provider", LOCAL)
async def test_a_local_server_takes_any_key(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, key: str | None
) -> None:
    talk = SandboxClient(sandbox, http, provider, key)
    assert (await talk.list()).status == 200
    assert (await talk.chat()).status == 200


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_openrouter_lists_its_models_for_anyone(
    sandbox: Sandbox, http: aiohttp.ClientSession, key: str | None
) -> None:
    talk = SandboxClient(sandbox, http, "openrouter", key)
    assert (await talk.list()).status == 200
    assert (await talk.account()).status == 401
    assert (await talk.send("GET", "/models/user")).status == 401


async def test_a_key_in_googles_query_counts(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "google", None)
    assert (await talk.send("GET", f"/models?key={sandbox.key('google')}")).status == 200


async def test_anthropic_takes_the_key_as_bearer_too(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "anthropic", None)
    key = sandbox.key("anthropic")
    assert (await talk.send("GET", "/v1/models", Authorization=f"Bearer {key}")).status == 200


async def test_mistrals_spent_quota_looks_like_a_wrong_key(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    spent = await SandboxClient(sandbox, http, "mistral", sandbox.key("mistral", "insufficient_quota")).chat()
    wrong = await SandboxClient(sandbox, http, "mistral", "wrong").chat()
    assert (spent.status, spent.text) == (wrong.status, wrong.text) == (401, '{"detail":"Unauthorized"}')


@pytest.mark.parametrize(
    ("key", "header", "value"),
    [
        ("rate_limited_seconds", "retry-after", "2"),
        ("rate_limited_ms", "retry-after-ms", "644"),
        ("rate_limited_ms", "x-should-retry", "true"),
        ("overloaded", "retry-after", "3"),
    ],
)
async def test_openai_says_how_long_to_wait_in_headers(
    sandbox: Sandbox, http: aiohttp.ClientSession, key: str, header: str, value: str
) -> None:
    answer = await SandboxClient(sandbox, http, "openai", sandbox.key("openai", key)).chat()
    assert answer.headers[header] == value


async def test_google_says_how_long_to_wait_in_the_body(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    answer = await SandboxClient(sandbox, http, "google", sandbox.key("google", "rate_limited")).chat()
    details = answer.json()["error"]["details"]
    assert details[-1] == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "47s"}
    assert "retry-after" not in answer.headers
