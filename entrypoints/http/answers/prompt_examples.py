"""What answers to prompts look like: two words at the price of gpt-4.1-mini."""

from typing import Any, Final

_MODEL: Final = "gpt-4.1-mini"
_SNAPSHOT: Final = "gpt-4.1-mini-2025-04-14"
_MODEL_ID: Final = "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d"
_PROVIDER_ID: Final = "7d1f6a52-0a57-4c0b-9b8e-3f0c1d2e4a5b"
_COMPLETION: Final[dict[str, Any]] = {"id": "chatcmpl-2f4b4c699f7b0f6f", "created": 1769860800, "model": _SNAPSHOT}

FINISHED: Final[dict[str, Any]] = {
    "model": {"id": _MODEL_ID, "providerId": _PROVIDER_ID, "providerModelId": _MODEL, "name": "GPT-4.1 mini"},
    "toolCalls": [],
    "reasoning": None,
    "refusal": None,
    "parts": [{"type": "text", "text": "Hello there!"}],
    "ignoredFields": [],
    "answeredBy": _SNAPSHOT,
    "finishReason": "stop",
    "usage": {
        "inputTokens": 9,
        "outputTokens": 3,
        "cachedInputTokens": 0,
        "cacheWriteTokens": 0,
        "cacheWrite1hTokens": 0,
        "reasoningTokens": 0,
        "audioInputTokens": 0,
        "audioOutputTokens": 0,
    },
    "costUsd": 0.0000084,
    "costUnknownReason": None,
    "costUnknownDetail": None,
    "costSource": "genai-prices",
    "costParts": [
        {"kind": "input", "tokens": 9, "costUsd": 0.0000036},
        {"kind": "output", "tokens": 3, "costUsd": 0.0000048},
    ],
    "latencyMs": 412.55,
    "upstreamRequestId": "req_5f1c2a3d0c8f7d5e",
    "attempts": [
        {
            "modelId": _MODEL_ID,
            "providerId": _PROVIDER_ID,
            "providerModelId": _MODEL,
            "outcome": "ok",
            "message": None,
            "upstreamStatus": None,
            "upstreamRequestId": "req_5f1c2a3d0c8f7d5e",
            "waitMs": 0.0,
            "latencyMs": 411.9,
        }
    ],
}
GENERATED: Final = {"text": "Hello there!", **FINISHED}

COMPLETED: Final = {
    **_COMPLETION,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello there!", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 9,
        "completion_tokens": 3,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
}
CHUNK: Final = {
    **_COMPLETION,
    "object": "chat.completion.chunk",
    "choices": [{"index": 0, "delta": {"content": "Hello"}, "logprobs": None, "finish_reason": None}],
}
