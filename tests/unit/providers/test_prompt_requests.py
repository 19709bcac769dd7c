"""What each provider is sent for the same prompt."""

from typing import Any, Final

import pytest

from tests.fakes.client import a_turn
from tests.unit.providers.prompted_providers import Prompted, a_prompt, passed_on
from tests.unit.providers.sample_lists import BASE, KEY

CONVERSATION: Final = a_prompt(
    turns=(
        a_turn("system", "Be brief.", "Be kind."),
        a_turn("user", "Hello"),
        a_turn("assistant", "Hi."),
        a_turn("user", "And now?"),
    ),
)
OF_CHAT: Final = [
    {"role": "system", "content": "Be brief.\nBe kind."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi."},
    {"role": "user", "content": "And now?"},
]
EVERYTHING: Final[dict[str, Any]] = {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ("one", "two")}


async def test_a_conversation_in_each_format() -> None:
    assert await Prompted("openai").sent(CONVERSATION) == {"model": "model-1", "messages": OF_CHAT}
    assert await Prompted("azure_openai").sent(CONVERSATION) == {"messages": OF_CHAT}
    assert await Prompted("anthropic").sent(CONVERSATION) == {
        "model": "model-1",
        "max_tokens": 4_096,
        "system": "Be brief.\n\nBe kind.",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
            {"role": "user", "content": [{"type": "text", "text": "And now?"}]},
        ],
    }
    assert await Prompted("google").sent(CONVERSATION) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hello"}]},
            {"role": "model", "parts": [{"text": "Hi."}]},
            {"role": "user", "parts": [{"text": "And now?"}]},
        ],
    }


async def test_a_later_word_of_the_system_stays_where_it_was_said() -> None:
    turns = (a_turn("system", "One."), a_turn("system", "Two."), a_turn("user", "Hello"), a_turn("system", "Three."))
    request = a_prompt(turns=turns, model_id="claude-sonnet-4-5")
    marked = {"text": "<system>\nThree.\n</system>"}
    of_anthropic = await Prompted("anthropic").sent(request)
    assert of_anthropic["system"] == "One.\n\nTwo."
    said = [{"type": "text", "text": "Hello"}, {"type": "text", **marked}]
    assert of_anthropic["messages"] == [{"role": "user", "content": said}]
    newest = await Prompted("anthropic").sent(a_prompt(turns=turns, model_id="claude-opus-5"))
    assert newest["messages"][1] == {"role": "system", "content": "Three."}
    of_google = await Prompted("google").sent(request)
    assert of_google["systemInstruction"]["parts"] == [{"text": "One."}, {"text": "Two."}]
    assert of_google["contents"] == [{"role": "user", "parts": [{"text": "Hello"}, marked]}]
    of_openai = await Prompted("openai").sent(request)
    assert [message["role"] for message in of_openai["messages"]] == ["system", "system", "user", "system"]


async def test_the_models_own_settings_count_where_the_prompt_says_nothing() -> None:
    defaults = {
        "default_temperature": 0.5,
        "default_top_p": 0.25,
        "default_max_tokens": 9,
        "default_stop": ("one",),
        "default_system_prompt": "Be brief.",
    }
    for provider_type, model_id in (
        ("openai", "model-1"),
        ("anthropic", "claude-sonnet-4-5"),
        ("google", "gemini-2.0"),
    ):
        prompted = Prompted(provider_type)
        written = {"temperature": 0.5, "top_p": 0.25, "max_tokens": 9, "stop": ("one",)}
        turns = (a_turn("system", "Be brief."), a_turn("user", "Hello"))
        said = await prompted.sent(a_prompt(turns=turns, model_id=model_id, **written))
        assert await prompted.sent(a_prompt(model_id=model_id, **defaults)) == said
        # What the prompt says comes first; no text to stop at is a wish too.
        own = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 5, "stop": ()}
        long = (a_turn("system", "Be long."), a_turn("user", "Hello"))
        said = await prompted.sent(a_prompt(turns=long, model_id=model_id, **own))
        assert await prompted.sent(a_prompt(turns=long, model_id=model_id, **own, **defaults)) == said


@pytest.mark.parametrize(
    ("asked", "default", "limit", "counts"),
    [
        (100, None, None, 100),
        (100, None, 50, 50),
        (100, 20, 50, 50),
        (None, 80, 50, 50),
        (None, 20, 50, 20),
        (None, None, 50, None),
        (100, None, 0, 100),
    ],
)
async def test_no_more_tokens_are_requested_than_the_model_can_write(
    asked: int | None, default: int | None, limit: int | None, counts: int | None
) -> None:
    known: dict[str, Any] = {"default_max_tokens": default, "default_most_tokens": limit}
    body = await Prompted("openai").sent(a_prompt(max_tokens=asked, **known))
    assert body.get("max_completion_tokens") == counts
    written = {} if asked is None else {"max_tokens": asked}
    passed = await Prompted("openai").sent(passed_on("chat_completions", {"messages": [], **written}, **known))
    assert passed.get("max_tokens", passed.get("max_completion_tokens")) == counts


@pytest.mark.parametrize(
    ("provider_type", "settings", "expected"),
    [
        ("openai", {}, {"max_completion_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ["one", "two"]}),
        ("azure_openai", {}, {"max_completion_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ["one", "two"]}),
        (
            "azure_openai",
            {"apiVersion": "2024-08-01-preview"},
            {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ["one", "two"]},
        ),
        # Claude from 4.1 on takes one of the two.
        ("anthropic", {}, {"max_tokens": 9, "temperature": 0.5, "stop_sequences": ["one", "two"]}),
        (
            "google",
            {},
            {
                "generationConfig": {
                    "maxOutputTokens": 9,
                    "temperature": 0.5,
                    "topP": 0.25,
                    "stopSequences": ["one", "two"],
                }
            },
        ),
    ],
)
async def test_parameters_go_by_the_providers_names(
    provider_type: str, settings: dict[str, Any], expected: dict[str, object]
) -> None:
    model_id = "claude-sonnet-4-5" if provider_type == "anthropic" else "model-1"
    body = await Prompted(provider_type, **settings).sent(a_prompt(model_id=model_id, **EVERYTHING))
    assert {name: value for name, value in body.items() if name not in {"model", "messages", "contents"}} == expected


@pytest.mark.parametrize(
    ("preset", "limit_name", "asks_for_usage"),
    [
        ("openrouter", "max_tokens", True),
        ("mistral", "max_tokens", False),
        ("groq", "max_completion_tokens", True),
        ("deepseek", "max_tokens", True),
        ("xai", "max_completion_tokens", True),
        ("together", "max_tokens", True),
        ("ollama", "max_tokens", True),
        ("vllm", "max_tokens", True),
        ("llamacpp", "max_tokens", True),
        (None, "max_tokens", True),
    ],
)
async def test_each_service_is_spoken_to_in_its_own_accent(
    preset: str | None, limit_name: str, asks_for_usage: bool
) -> None:
    settings: dict[str, Any] = {"preset": preset} if preset else {}
    prompted = Prompted("openai_compatible", **settings)
    request = a_prompt("Hello", max_tokens=9)
    message = {"role": "user", "content": "Hello"}
    assert await prompted.sent(request) == {"model": "model-1", "messages": [message], limit_name: 9}
    asked = {"stream_options": {"include_usage": True}} if asks_for_usage else {}
    assert await prompted.sent(request, stream=True) == {
        "model": "model-1",
        "messages": [message],
        limit_name: 9,
        "stream": True,
        **asked,
    }


async def test_a_stream_is_requested_in_each_format() -> None:
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    for provider_type in ("openai", "azure_openai"):
        assert usage.items() <= (await Prompted(provider_type).sent(a_prompt(), stream=True)).items()
    older = await Prompted("azure_openai", apiVersion="2024-02-01").sent(a_prompt(), stream=True)
    assert "stream_options" not in older
    assert (await Prompted("anthropic").sent(a_prompt(), stream=True))["stream"] is True
    # Google's address says it.
    assert await Prompted("google").sent(a_prompt(), stream=True) == await Prompted("google").sent(a_prompt())


@pytest.mark.parametrize("version", ["2026-10-21", "2027-01-01"])
async def test_anthropics_newer_versions_are_not_sent_what_they_refuse(version: str) -> None:
    request = a_prompt(model_id="claude-sonnet-4-5", **EVERYTHING)
    body = await Prompted("anthropic", anthropicVersion=version).sent(request)
    assert not body.keys() & {"temperature", "top_p"}
    assert (body["max_tokens"], body["stop_sequences"]) == (9, ["one", "two"])


async def test_anthropics_default_length_is_a_setting() -> None:
    prompted = Prompted("anthropic", defaultMaxTokens=64_000)
    assert (await prompted.sent(a_prompt()))["max_tokens"] == 64_000
    assert (await prompted.sent(a_prompt(max_tokens=5)))["max_tokens"] == 5
    assert (await prompted.sent(a_prompt(default_most_tokens=32_000)))["max_tokens"] == 32_000


@pytest.mark.parametrize(
    ("model_id", "longest"),
    [
        ("claude-sonnet-4-5-20250929", 64_000),
        ("claude-opus-4.6", 64_000),
        ("claude-opus-5", 64_000),
        ("claude-haiku-6-1", 64_000),
        ("eu.anthropic.claude-fable-10-v1", 64_000),
        ("claude-opus-4-1-20250805", 4_096),
        ("claude-sonnet-4-20250514", 4_096),
        ("claude-3-7-sonnet-20250219", 4_096),
        ("claude-2.1", 4_096),
        ("somebody-elses-model", 4_096),
    ],
)
async def test_a_claude_of_which_nothing_is_known_may_write_what_all_newer_ones_can(
    model_id: str, longest: int
) -> None:
    body = await Prompted("anthropic").sent(a_prompt(model_id=model_id))
    assert body["max_tokens"] == longest
    body = await Prompted("anthropic").sent(a_prompt(model_id=model_id, default_most_tokens=128_000), stream=True)
    assert body["max_tokens"] == 128_000


@pytest.mark.parametrize(
    ("provider_type", "settings", "model_id", "path"),
    [
        ("openai", {}, "ft:gpt-4o:acme::id", "/chat/completions"),
        ("openai_compatible", {"preset": "openrouter"}, "meta-llama/llama-3:free", "/chat/completions"),
        ("anthropic", {}, "claude-haiku-4-5", "/messages"),
        ("google", {}, "gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"),
        ("google", {}, "tunedModels/my-model", "/tunedModels/my-model:generateContent"),
        ("google", {}, "a b?c#d", "/models/a%20b%3Fc%23d:generateContent"),
        (
            "azure_openai",
            {},
            "my deployment/2",
            "/openai/deployments/my%20deployment%2F2/chat/completions?api-version=2024-10-21",
        ),
    ],
)
async def test_a_model_is_called_by_its_exact_name(
    provider_type: str, settings: dict[str, Any], model_id: str, path: str
) -> None:
    prompted = Prompted(provider_type, **settings)
    prompted.outbound.answer("POST", BASE + path, b"{}", status=500)
    body = await prompted.sent(a_prompt(model_id=model_id))
    assert prompted.outbound.requests[-1].url == BASE + path
    assert body.get("model", model_id) == model_id


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1/chat/completions"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
    ],
)
async def test_ollama_is_spoken_to_where_it_speaks_this_format(endpoint: str, url: str) -> None:
    prompted = Prompted("openai_compatible", preset="ollama", base=endpoint)
    await prompted.sent(a_prompt())
    assert prompted.outbound.requests[-1].url == url


@pytest.mark.parametrize(
    ("provider_type", "header"),
    [
        ("openai", "Authorization"),
        ("anthropic", "x-api-key"),
        ("google", "x-goog-api-key"),
        ("azure_openai", "api-key"),
    ],
)
async def test_the_key_travels_in_one_header(provider_type: str, header: str) -> None:
    prompted = Prompted(provider_type)
    for stream in (False, True):
        await prompted.sent(a_prompt(), stream=stream)
        request = prompted.outbound.requests[-1]
        assert [name for name, value in request.headers.items() if KEY in value] == [header]
        assert KEY not in f"{request.url}{request.json}"


async def test_times_are_those_of_the_prompt() -> None:
    prompted = Prompted("openai")
    await prompted.sent(a_prompt(deadline_seconds=7.5, idle_seconds=3.0))
    whole = prompted.outbound.requests[-1]
    assert (whole.total_seconds, whole.read_idle_seconds, whole.connect_seconds) == (7.5, 7.5, 5.0)
    await prompted.sent(a_prompt(deadline_seconds=2.0, idle_seconds=3.0), stream=True)
    streamed = prompted.outbound.requests[-1]
    assert (streamed.total_seconds, streamed.read_idle_seconds, streamed.connect_seconds) == (None, 3.0, 3.0)
