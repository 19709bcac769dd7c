"""What answers say that decides their price: kinds of tokens, tools, tiers, and the bill itself."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.providers.chat_completions import completion as chat_completions
from adapters.providers.chat_completions.completion import read_cost
from adapters.providers.generate_content.completion import ContentDecoder, read_content
from adapters.providers.messages.completion import read_message
from adapters.providers.messages.streaming import MessageDecoder
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.price_conditions import price_conditions
from adapters.providers.responses import completion as responses
from adapters.providers.responses.completion import read_response
from application.prompts.completion import TokenUsage


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"cost": 0.00314, "cost_details": {"upstream_inference_cost": None}}, "0.00314"),
        ({"cost": 0, "is_byok": False}, "0"),
        ({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}}, "0.0021"),
        ({"cost": 0.0001, "is_byok": True, "cost_details": {}}, None),
        ({"cost_in_usd_ticks": 37_756_000}, "0.0037756"),
        ({"cost": {"total_cost": 0.006, "request_cost": 0.005}}, "0.006"),
        ({"cost": True}, None),
        ({"cost": -1}, None),
        ({"cost": "0.1"}, None),
        ({"cost_in_usd_ticks": -5}, None),
        ({}, None),
    ],
)
def test_an_answer_says_itself_what_it_cost(usage: Mapping[str, Any], usd: str | None) -> None:
    assert read_cost(usage) == (None if usd is None else Decimal(usd))


def an_answer(**facts: Any) -> ParsedCompletion:  # noqa: ANN401
    return replace(ParsedCompletion(), **facts)


@pytest.mark.parametrize(
    ("parsed", "headers", "body", "expected"),
    [
        (an_answer(), {}, {}, {}),
        (an_answer(service_tier="default"), {}, {"service_tier": "priority"}, {}),
        (an_answer(service_tier="standard", speed="standard", region="global"), {}, {}, {}),
        (an_answer(service_tier="on_demand"), {}, {"service_tier": "auto"}, {}),
        (an_answer(service_tier="flex"), {}, {}, {"service_tier": "flex"}),
        (an_answer(service_tier="auto"), {}, {}, {"service_tier": "auto"}),
        (an_answer(), {}, {"service_tier": "auto"}, {}),
        (an_answer(), {}, {"service_tier": "standard_only"}, {}),
        (an_answer(), {}, {"service_tier": "flex"}, {"service_tier": "flex"}),
        (an_answer(), {}, {"serviceTier": "PRIORITY"}, {"service_tier": "priority"}),
        # What a client writes is remembered by the lists of prices: not whole.
        (an_answer(), {}, {"service_tier": "x" * 9_000}, {"service_tier": "x" * 64}),
        (an_answer(), {}, {"speed": "y" * 9_000}, {"speed": "y" * 64}),
        (an_answer(), {"x-gemini-service-tier": "standard"}, {"serviceTier": "priority"}, {}),
        (an_answer(), {"x-gemini-service-tier": "flex"}, {}, {"service_tier": "flex"}),
        (an_answer(service_tier="standard", speed="fast"), {}, {}, {"speed": "fast"}),
        (an_answer(service_tier="standard", speed="standard"), {}, {"speed": "fast"}, {}),
        (an_answer(region="us"), {}, {}, {"inference_geo": "us"}),
        (an_answer(), {}, {"web_search_options": {}}, {"web_search_options": "used"}),
        (an_answer(), {}, {"service_tier": 5, "speed": []}, {}),
    ],
)
def test_the_answer_says_at_what_it_was_served_or_else_the_request(
    parsed: ParsedCompletion, headers: dict[str, str], body: dict[str, Any], expected: dict[str, str]
) -> None:
    assert price_conditions(parsed, headers, body) == expected


CLAUDE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 40,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 7,
    "service_tier": "priority",
    "speed": "fast",
    "inference_geo": "us",
    "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
}
OF_CLAUDE = TokenUsage(
    input_tokens=350,
    output_tokens=7,
    cached_input_tokens=40,
    cache_write_tokens=300,
    cache_write_5m_tokens=100,
    cache_write_1h_tokens=200,
    web_searches=2,
)


def test_claude_says_how_where_and_with_which_tools_it_was_served() -> None:
    document = {"type": "message", "model": "claude", "content": [], "stop_reason": "end_turn", "usage": CLAUDE}
    parsed = read_message(document, "origin")
    assert parsed is not None
    assert parsed.usage == OF_CLAUDE
    assert (parsed.service_tier, parsed.speed, parsed.region) == ("priority", "fast", "us")


def test_a_stream_of_claude_says_it_in_its_first_event_and_counts_in_its_last() -> None:
    decoder = MessageDecoder("origin")
    beginning = CLAUDE | {"output_tokens": 1, "server_tool_use": None}
    decoder.decode({"type": "message_start", "message": {"model": "claude", "usage": beginning}})
    usage = {"output_tokens": 7, "cache_read_input_tokens": 40, "server_tool_use": CLAUDE["server_tool_use"]}
    decoder.decode({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage})
    assert decoder.parsed.usage == OF_CLAUDE
    assert (decoder.parsed.speed, decoder.parsed.region) == ("fast", "us")


LONG = {"cached_tokens": 1, "cache_write_tokens": 5, "cache_write_tokens_details": {"ttl_12h_tokens": 2}}


def test_what_is_written_for_twelve_hours_has_no_price() -> None:
    said = chat_completions.read_usage({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": LONG})
    assert (said.cache_write_tokens, said.charged_tools) == (5, ("cache writes for 12 hours",))
    other = responses.read_usage({"input_tokens": 9, "output_tokens": 1, "input_tokens_details": LONG})
    assert (other.cache_write_tokens, other.charged_tools) == (5, ("cache writes for 12 hours",))


def test_tools_of_openai_are_charged_beside_the_tokens() -> None:
    kinds = ["web_search_call", "reasoning", "web_search_call", "file_search_call", "function_call", "message"]
    document = {
        "object": "response",
        "status": "completed",
        "output": [{"type": kind} for kind in kinds]
        + [{"type": "web_search_call", "action": {"type": action}} for action in ("search", "open_page")],
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }
    parsed = read_response(document, "origin")
    assert parsed is not None
    assert (parsed.usage.web_searches, parsed.usage.charged_tools) == (3, ("file_search",))


def content(**usage: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 5, **usage},
    }


def test_google_counts_audio_and_images_in_the_cache_and_out_of_it() -> None:
    parsed = read_content(
        content(
            cachedContentTokenCount=60,
            promptTokensDetails=[{"modality": "AUDIO", "tokenCount": 70}, {"modality": "IMAGE", "tokenCount": 20}],
            cacheTokensDetails=[{"modality": "AUDIO", "tokenCount": 50}, {"modality": "TEXT", "tokenCount": 10}],
            candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 4}],
        ),
        "origin",
    )
    assert parsed is not None
    assert parsed.usage == TokenUsage(
        input_tokens=100,
        output_tokens=5,
        cached_input_tokens=60,
        audio_input_tokens=70,
        cached_audio_tokens=50,
        image_input_tokens=20,
        image_output_tokens=4,
    )


def test_an_answer_that_rests_on_a_search_of_google_is_charged_for_it() -> None:
    decoder = ContentDecoder("origin")
    first, last = content(), content()
    first["candidates"][0] |= {"groundingMetadata": {"webSearchQueries": ["q"]}, "finishReason": None}
    decoder.decode(first)
    decoder.decode(last)
    assert decoder.parsed.usage.charged_tools == ("grounding",)
    assert decoder.parsed.usage.input_tokens == 100
