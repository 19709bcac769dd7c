"""What running a prompt on a model is, whoever runs it."""

import asyncio
from typing import Protocol

import pytest

from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.prompts.completion import Completion, CompletionEvent, StreamStarted, TextDelta
from application.prompts.generation import Generation, GenerationRequest
from tests.fakes.client import FakeClient, a_conversation


class GenerationUnderTest(Protocol):
    """Generation, a provider with a model that answers `ANSWER`, and ways to make the next call go wrong."""

    @property
    def generation(self) -> Generation: ...

    @property
    def connection(self) -> ProviderConnection: ...

    @property
    def model_id(self) -> str: ...

    @property
    def answer(self) -> str: ...

    def refuse_next(self) -> None:
        """Make the provider refuse the next call: it is overloaded."""
        ...

    def break_off_next(self) -> None:
        """Make the next stream end in the middle, after some words."""
        ...

    def hang_next(self) -> None:
        """Make the provider fall silent on the next call."""
        ...

    def hang_in_the_next_stream(self) -> None:
        """Make the provider fall silent in the next stream, after some words."""
        ...

    async def called(self) -> None:
        """Wait until the provider has received the call."""
        ...

    async def last_ending(self) -> str | None:
        """How the last call ended for the provider: `cancelled` when we have ended it, else anything else."""
        ...


def asked(subject: GenerationUnderTest) -> GenerationRequest:
    return a_request(subject, FakeClient(asked=a_conversation("Hello there")))


def a_request(subject: GenerationUnderTest, client: FakeClient) -> GenerationRequest:
    return GenerationRequest(model_id=subject.model_id, client=client, origin="here", deadline_seconds=10.0)


async def streamed(subject: GenerationUnderTest, heard: list[CompletionEvent] | None = None) -> list[CompletionEvent]:
    """Hear a stream to its end; `heard` holds what came before a failure, too."""
    heard = [] if heard is None else heard
    async with subject.generation.stream(subject.connection, asked(subject)) as events:
        async for event in events:
            heard.append(event)
    return heard


class GenerationContract:
    """The tests; a class for each implementation gives the subject."""

    async def test_a_whole_answer_shows_its_words_tokens_and_end(self, subject: GenerationUnderTest) -> None:
        completion = await subject.generation.generate(subject.connection, asked(subject))
        assert (completion.text, completion.finish_reason) == (subject.answer, "stop")
        assert (completion.usage.input_tokens or 0) > 0
        assert (completion.usage.output_tokens or 0) > 0
        assert completion.answered_by

    async def test_a_stream_is_words_and_at_its_end_the_whole_answer(self, subject: GenerationUnderTest) -> None:
        begun, *words, last = await streamed(subject)
        assert isinstance(begun, StreamStarted)
        assert len(words) > 1
        assert all(isinstance(event, TextDelta) and event.text for event in words)
        assert isinstance(last, Completion)
        assert last.text == "".join(event.text for event in words if isinstance(event, TextDelta)) == subject.answer
        assert (last.usage.output_tokens or 0) > 0

    async def test_a_refusal_says_what_it_means(self, subject: GenerationUnderTest) -> None:
        subject.refuse_next()
        with pytest.raises(UpstreamFailure) as refused:
            await subject.generation.generate(subject.connection, asked(subject))
        assert (refused.value.failure.category, refused.value.failure.is_retryable) == ("overloaded", True)

    async def test_a_refused_stream_fails_before_its_first_words(self, subject: GenerationUnderTest) -> None:
        subject.refuse_next()
        with pytest.raises(UpstreamFailure) as refused:
            await streamed(subject)
        assert refused.value.failure.category == "overloaded"

    async def test_a_stream_that_breaks_off_fails_after_its_first_words(self, subject: GenerationUnderTest) -> None:
        subject.break_off_next()
        heard: list[CompletionEvent] = []
        with pytest.raises(UpstreamFailure):
            await streamed(subject, heard)
        assert heard
        assert not any(isinstance(event, Completion) for event in heard)

    async def test_leaving_a_stream_early_ends_the_call(self, subject: GenerationUnderTest) -> None:
        subject.hang_in_the_next_stream()
        async with subject.generation.stream(subject.connection, asked(subject)) as events:
            assert isinstance(await anext(aiter(events)), StreamStarted)
            assert isinstance(await anext(aiter(events)), TextDelta)
        assert await subject.last_ending() == "cancelled"

    @pytest.mark.parametrize("is_stream", [True, False])
    async def test_cancelling_ends_the_call(self, subject: GenerationUnderTest, is_stream: bool) -> None:
        subject.hang_next()
        asking: asyncio.Task[object] = asyncio.create_task(streamed(subject) if is_stream else _completed(subject))
        await subject.called()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await subject.last_ending() == "cancelled"


async def _completed(subject: GenerationUnderTest) -> Completion:
    return await subject.generation.generate(subject.connection, asked(subject))
