"""Whatever a provider answers to a prompt, it ends in an answer or in a failure."""

from collections.abc import Coroutine
from typing import Any, Final, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.ports.provider_gateway import Category, UpstreamFailure
from application.prompts.completion import Completion, FinishReason, TokenUsage
from tests.unit.providers.json_strategies import JSON
from tests.unit.providers.prompted_providers import Prompted

PROVIDERS: Final = ("openai", "anthropic", "google", "azure_openai", "openai_compatible")
# Small ones: it is the number of them that finds something.
VALUES: Final = (
    st.none()
    | st.integers(-1, 2**63)
    | st.booleans()
    | st.sampled_from(["text", "text_delta", "stop", "STOP", "error", ""])
    | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5) | st.none()}), max_size=2)
)
NAMES: Final = st.sampled_from(["type", "text", "content", "parts", "role", "refusal", "prompt_tokens", "input_tokens"])
PARTS: Final = st.dictionaries(NAMES, VALUES, max_size=4)
DELTAS: Final = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["message", "message_start", "content_block_delta", "message_delta", "message_stop", "error"]
        ),
        "choices": VALUES
        | st.lists(st.fixed_dictionaries({"delta": PARTS, "message": PARTS, "finish_reason": VALUES}), max_size=2),
        "candidates": VALUES | st.lists(st.fixed_dictionaries({"content": PARTS, "finishReason": VALUES}), max_size=2),
        "delta": PARTS,
        "message": PARTS,
        "content": VALUES,
        "usage": PARTS | VALUES,
        "usageMetadata": PARTS | VALUES,
        "error": VALUES,
        "model": VALUES,
    },
)
EVENTS: Final = st.lists(DELTAS | VALUES, max_size=4)


async def outcome_of(call: Coroutine[Any, Any, Completion]) -> Completion | None:
    """Return the answer, none for a failure of a known kind; anything else is raised."""
    try:
        return await call
    except UpstreamFailure as refused:
        error = refused
    assert error.failure.category in get_args(Category)
    assert error.failure.category != "ok"
    assert error.message
    return None


def check(completion: Completion | None) -> None:
    if completion is not None:
        assert completion.finish_reason in get_args(FinishReason)
        assert isinstance(completion.text, str)
        counts = [getattr(completion.usage, name) for name in TokenUsage.__slots__ if name != "charged_tools"]
        assert all(count is None or count >= 0 for count in counts)


@pytest.mark.parametrize("provider", PROVIDERS)
@settings(max_examples=15)
@given(
    status=st.sampled_from([200, 200, 200, 400, 429]),
    body=(DELTAS | DELTAS | JSON).map(orjson.dumps) | st.binary(max_size=30),
)
async def test_any_whole_answer_ends_in_one_or_the_other(provider: str, status: int, body: bytes) -> None:
    completion = await outcome_of(Prompted(provider).completed(body, status=status))
    assert completion is None or status == 200
    check(completion)


@pytest.mark.parametrize("provider", PROVIDERS)
@settings(max_examples=15)
@given(events=EVENTS, is_done=st.booleans(), noise=st.binary(max_size=10))
async def test_any_stream_ends_in_one_or_the_other(
    provider: str, events: list[object], is_done: bool, noise: bytes
) -> None:
    content = b"".join(b"data: %s\n\n" % orjson.dumps(event) for event in events)
    words: list[str] = []

    async def streamed() -> Completion:
        words_of_it, completion = await Prompted(provider).streamed(
            content, noise, b"data: [DONE]\n\n" if is_done else b""
        )
        words.extend(words_of_it)
        return completion

    completion = await outcome_of(streamed())
    check(completion)
    assert completion is None or completion.text == "".join(words)
