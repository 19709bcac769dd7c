"""What each provider is sent for the same prompt."""

from __future__ import annotations

from typing import Any, Final

import pytest

from application.errors import InvalidInput
from application.ports.generation import GenerationRequest, ImagePart
from tests.unit.providers.prompting import PIXEL, Prompted, a_message, a_prompt
from tests.unit.providers.samples import BASE, KEY

PNG: Final = ImagePart(media_type="image/png", data=PIXEL)
PHOTO: Final = ImagePart(url="https://pictures.example/cat.jpg")
CONVERSATION: Final = GenerationRequest(
    model_id="model-1",
    messages=(
        a_message("system", "Be brief.", "Be kind."),
        a_message("user", "Hello"),
        a_message("assistant", "Hi."),
        a_message("user", "And now?"),
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
        "system": "Be brief.\nBe kind.",
        "messages": OF_CHAT[1:],
    }
    assert await Prompted("google").sent(CONVERSATION) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hello"}]},
            {"role": "model", "parts": [{"text": "Hi."}]},
            {"role": "user", "parts": [{"text": "And now?"}]},
        ],
    }


async def test_several_system_messages_are_one_to_those_who_know_one() -> None:
    messages = (a_message("system", "One."), a_message("user", "Hello"), a_message("system", "Two."))
    request = GenerationRequest(model_id="m", messages=messages)
    assert (await Prompted("anthropic").sent(request))["system"] == "One.\n\nTwo."
    parts = (await Prompted("google").sent(request))["systemInstruction"]["parts"]
    assert parts == [{"text": "One."}, {"text": "Two."}]


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
        ("anthropic", {}, {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop_sequences": ["one", "two"]}),
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
    provider_type: str, settings: dict[str, str], expected: dict[str, object]
) -> None:
    body = await Prompted(provider_type, **settings).sent(a_prompt(**EVERYTHING))
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
    settings = {"preset": preset} if preset else {}
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


async def test_a_stream_is_asked_for_in_each_format() -> None:
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
    body = await Prompted("anthropic", anthropicVersion=version).sent(a_prompt(**EVERYTHING))
    assert not body.keys() & {"temperature", "top_p"}
    assert (body["max_tokens"], body["stop_sequences"]) == (9, ["one", "two"])


async def test_anthropics_default_length_is_a_setting() -> None:
    prompted = Prompted("anthropic", defaultMaxTokens=64_000)
    assert (await prompted.sent(a_prompt()))["max_tokens"] == 64_000
    assert (await prompted.sent(a_prompt(max_tokens=5)))["max_tokens"] == 5


async def test_images_in_each_format() -> None:
    request = a_prompt("What is this?", PNG, PHOTO)
    words = {"type": "text", "text": "What is this?"}
    chat = [
        words,
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/cat.jpg"}},
    ]
    assert (await Prompted("openai").sent(request))["messages"][0]["content"] == chat
    assert (await Prompted("openai_compatible", preset="mistral").sent(request))["messages"][0]["content"] == chat
    assert (await Prompted("anthropic").sent(request))["messages"][0]["content"] == [
        words,
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "image", "source": {"type": "url", "url": "https://pictures.example/cat.jpg"}},
    ]
    assert (await Prompted("google").sent(request))["contents"][0]["parts"] == [
        {"text": "What is this?"},
        {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
        {"fileData": {"fileUri": "https://pictures.example/cat.jpg"}},
    ]


async def test_the_detail_of_an_image_is_for_those_who_know_it() -> None:
    request = a_prompt("?", ImagePart(media_type="image/png", data=PIXEL, detail="low"))
    body = await Prompted("openai").sent(request)
    assert body["messages"][0]["content"][1]["image_url"]["detail"] == "low"
    for provider_type in ("anthropic", "google"):
        assert "low" not in str(await Prompted(provider_type).sent(request))


async def test_google_is_told_the_media_type_of_an_address_when_it_is_known() -> None:
    request = a_prompt(ImagePart(url="https://pictures.example/cat", media_type="IMAGE/WEBP"))
    body = await Prompted("google").sent(request)
    file = {"fileUri": "https://pictures.example/cat", "mimeType": "image/webp"}
    assert body["contents"][0]["parts"] == [{"fileData": file}]


@pytest.mark.parametrize(
    ("provider_type", "settings", "image", "says"),
    [
        ("openai", {}, {"media_type": "image/tiff", "data": PIXEL}, "image/gif, image/jpeg, image/png, image/webp"),
        ("azure_openai", {}, {"media_type": "image/svg+xml", "data": PIXEL}, "Azure OpenAI does not take"),
        ("anthropic", {}, {"media_type": "image/heic", "data": PIXEL}, "Anthropic does not take"),
        ("google", {}, {"media_type": "image/gif", "data": PIXEL}, "image/heic, image/heif"),
        ("openai_compatible", {"preset": "xai"}, {"media_type": "image/webp", "data": PIXEL}, "xAI does not take"),
        ("openai_compatible", {"preset": "ollama"}, {"url": "https://pictures.example/cat.jpg"}, "send the image"),
        ("openai_compatible", {}, {"media_type": "application/pdf", "data": PIXEL}, "which media type"),
        ("openai", {}, {"data": PIXEL}, "which media type"),
        ("openai", {}, {"url": "http://pictures.example/cat.jpg"}, "https address"),
        ("anthropic", {}, {"url": "file:///etc/passwd"}, "https address"),
        ("google", {}, {}, "https address"),
    ],
)
async def test_an_image_that_a_provider_does_not_take_is_refused_and_nothing_sent(
    provider_type: str, settings: dict[str, str], image: dict[str, Any], says: str
) -> None:
    prompted = Prompted(provider_type, **settings)
    request = a_prompt("?", ImagePart(**image))
    with pytest.raises(InvalidInput, match=says) as refusal:
        await prompted.generated({}, request)
    assert refusal.value.pointer == "/messages"
    with pytest.raises(InvalidInput, match=says):
        await prompted.streamed(request=request)
    assert prompted.outbound.requests == []


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
    provider_type: str, settings: dict[str, str], model_id: str, path: str
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


def test_no_representation_shows_a_prompt() -> None:
    shown = repr(a_prompt("a secret", PNG, ImagePart(url="https://pictures.example/secret")))
    assert "secret" not in shown
    assert PIXEL not in shown
