"""What each provider does differently from OpenAI's format, to the byte where clients stumble over it."""

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import CHAT_MODELS, SandboxClient


async def test_openai_pads_its_chunks(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    events = (
        await SandboxClient(sandbox, http, "openai").chat(stream=True, stream_options={"include_usage": True})
    ).events()
    assert all("obfuscation" in event for event in events)
    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert events[0]["usage"] is None


async def test_anthropic_names_its_events_and_pads_its_lines(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    answer = await SandboxClient(sandbox, http, "anthropic").chat(stream=True)
    names = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert answer.text.count("     }\n\n") == len(names) - 1
    assert answer.events()[0]["message"]["usage"]["output_tokens"] == 1


async def test_google_ends_lines_with_carriage_returns_and_says_nothing_at_the_end(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    answer = await SandboxClient(sandbox, http, "google").chat(stream=True)
    assert answer.text.count("\r\n\r\n") == len(answer.events())
    assert answer.events()[-1]["candidates"][0]["finishReason"] == "STOP"
    assert all("usageMetadata" in event for event in answer.events())


async def test_azure_begins_with_a_chunk_without_choices(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "azure")
    events = (await talk.chat(stream=True)).events()
    assert (events[0]["choices"], events[0]["model"]) == ([], "")
    assert "content_filter_results" in events[1]["choices"][0]
    assert (await talk.chat()).json()["model"] == "gpt-4o-2024-11-20"
    unknown = await talk.chat(model="gpt-4o-2024-08-06")
    assert (unknown.status, unknown.json()["error"]["code"]) == (404, "DeploymentNotFound")


async def test_openrouter_begins_with_comments_and_ends_with_the_cost(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    answer = await SandboxClient(sandbox, http, "openrouter").chat(stream=True)
    assert answer.text.startswith(": OPENROUTER PROCESSING\n\n")
    last = answer.events()[-1]
    # 5 tokens at 2.5 and 6 at 10 US dollars per million.
    assert (last["choices"], last["usage"]["cost"]) == ([], pytest.approx(0.0000725))
    assert answer.events()[-2]["choices"][0]["native_finish_reason"] == "stop"


async def test_deepseek_sends_thoughts_beside_the_text(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "deepseek")
    events = (await talk.chat(model="deepseek-reasoner", stream=True)).events()
    thoughts = [event["choices"][0]["delta"].get("reasoning_content") for event in events]
    assert "".join(thought or "" for thought in thoughts) == "Let me think about what was said."
    assert [event["usage"] for event in events[:-1]] == [None] * (len(events) - 1)
    assert events[-1]["usage"]["completion_tokens_details"] == {"reasoning_tokens": 16}
    whole = (await talk.chat(model="deepseek-reasoner")).json()
    assert whole["choices"][0]["message"]["reasoning_content"] == "Let me think about what was said."


async def test_mistral_sends_thoughts_as_parts_of_the_content(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "mistral")
    whole = (await talk.chat(model="magistral-medium-latest")).json()
    content = whole["choices"][0]["message"]["content"]
    assert [part["type"] for part in content] == ["thinking", "text"]
    events = (await talk.chat(model="magistral-medium-latest", stream=True)).events()
    assert isinstance(events[1]["choices"][0]["delta"]["content"], list)
    assert events[-1]["usage"]["prompt_tokens"] == 5


async def test_openrouter_sends_thoughts_twice(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    model = next(model.id for model in sandbox.catalogue("openrouter").models() if model.reasoning)
    message = (await SandboxClient(sandbox, http, "openrouter").chat(model=model)).json()["choices"][0]["message"]
    assert message["reasoning"] == "".join(detail["text"] for detail in message["reasoning_details"]) != ""


async def test_groq_reports_times_and_its_own_id(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "groq")
    answer = await talk.chat()
    assert {"queue_time", "prompt_time", "completion_time", "total_time"} <= answer.json()["usage"].keys()
    assert answer.json()["service_tier"] == "on_demand"
    assert answer.json()["x_groq"]["id"] == answer.headers["x-request-id"]
    events = (await talk.chat(stream=True)).events()
    assert "x_groq" in events[0]
    assert "x_groq" not in events[1]
    assert events[-1]["x_groq"]["usage"]["total_tokens"] == 11


async def test_xais_errors_are_strings(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    answer = await SandboxClient(sandbox, http, "xai").chat(model="grok-99")
    assert answer.json() == {
        "code": "Some requested entity was not found",
        "error": "The model grok-99 does not exist or your team does not have access to it.",
    }


async def test_openrouters_codes_are_numbers(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    refused = await SandboxClient(sandbox, http, "openrouter", sandbox.key("openrouter", "rate_limited")).chat()
    assert refused.json()["error"]["code"] == 429
    assert "openai/gpt-4o is temporarily rate-limited" in refused.json()["error"]["metadata"]["raw"]


@pytest.mark.parametrize(
    ("provider", "on_chat", "always"),
    [
        ("openai", {"x-ratelimit-remaining-requests", "x-ratelimit-reset-tokens"}, {"x-request-id", "openai-version"}),
        (
            "anthropic",
            {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-requests-reset"},
            {"request-id", "anthropic-organization-id"},
        ),
        ("google", set(), {"server-timing"}),
        ("azure", {"x-ratelimit-remaining-tokens"}, {"apim-request-id", "x-ms-region"}),
        ("groq", {"x-ratelimit-limit-tokens"}, {"x-request-id"}),
        ("mistral", set(), {"mistral-correlation-id"}),
    ],
)
async def test_headers_are_the_providers_own(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, on_chat: set[str], always: set[str]
) -> None:
    talk = SandboxClient(sandbox, http, provider)
    listed, chatted = await talk.list(), await talk.chat(model=CHAT_MODELS[provider])
    assert [name for name in on_chat | always if name not in chatted.headers] == []
    assert [name for name in always if name not in listed.headers] == []
    assert [name for name in on_chat if name in listed.headers] == []
