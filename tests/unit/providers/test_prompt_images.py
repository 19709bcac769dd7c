"""Pictures as each provider wants them, and those that it does not take."""

from typing import Any, Final

import pytest

from application.errors import InvalidInput
from application.prompts.conversation import Image
from tests.unit.providers.prompted_providers import PIXEL, Prompted, a_prompt

PNG: Final = Image(media_type="image/png", data=PIXEL)
PHOTO: Final = Image(url="https://pictures.example/cat.jpg")


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
    request = a_prompt("?", Image(media_type="image/png", data=PIXEL, detail="low"))
    body = await Prompted("openai").sent(request)
    assert body["messages"][0]["content"][1]["image_url"]["detail"] == "low"
    for provider_type in ("anthropic", "google"):
        assert "low" not in str(await Prompted(provider_type).sent(request))


async def test_google_is_told_the_media_type_of_an_address_when_it_is_known() -> None:
    request = a_prompt(Image(url="https://pictures.example/cat", media_type="IMAGE/WEBP"))
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
        ("openai_compatible", {}, {"media_type": "application/pdf", "data": PIXEL}, "Give the media type"),
        ("openai", {}, {"data": PIXEL}, "Give the media type"),
        ("openai", {}, {"url": "http://pictures.example/cat.jpg"}, "https address"),
        ("anthropic", {}, {"url": "file:///etc/passwd"}, "https address"),
        ("google", {}, {}, "https address"),
    ],
)
async def test_an_image_that_a_provider_does_not_take_is_refused_and_nothing_sent(
    provider_type: str, settings: dict[str, Any], image: dict[str, Any], says: str
) -> None:
    prompted = Prompted(provider_type, **settings)
    request = a_prompt("?", Image(**image))
    with pytest.raises(InvalidInput, match=says) as refusal:
        await prompted.completed({}, request)
    assert refusal.value.pointer == "/messages"
    with pytest.raises(InvalidInput, match=says):
        await prompted.streamed(request=request)
    assert prompted.outbound.requests == []


def test_no_representation_shows_a_prompt() -> None:
    shown = repr(a_prompt("a secret", PNG, Image(url="https://pictures.example/secret")))
    assert "secret" not in shown
    assert PIXEL not in shown
