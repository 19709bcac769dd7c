"""Routes that select models and run prompts."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import orjson
from aiohttp import web

from application.errors import ApplicationError, ModelNotFound
from application.prompts.completion import (
    ReasoningDelta,
    RefusalDelta,
    StreamStarted,
    TextDelta,
    ToolCallDone,
)
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_request import Prompt
from application.prompts.run_prompt import PromptEvent
from application.prompts.select_model import SelectModel
from application.prompts.selection_candidates import Selection
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.answers.prompt_outcomes import GENERATED, PROMPT_PROBLEMS
from entrypoints.http.answers.prompts import CandidateModel, Choice, FinishedAnswer, GeneratedAnswer, ToolCallEvent
from entrypoints.http.answers.response_model import document_of
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.convert_prompts import prompt_of, selector_of
from entrypoints.http.bodies.prompts import LARGEST_PROMPT, ModelToSelect, PromptToRun
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.event_stream import HEARTBEAT_SECONDS, EventStream
from entrypoints.http.headers import ignored_header
from entrypoints.http.json_responses import answer_bytes, json_bytes, json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.problems import problem_document
from entrypoints.http.request_context import context_of, note_failure
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.transport import cancelled_without_client


class StreamPrompt(Protocol):
    """The use case `stream_prompt`, its ports given."""

    def __call__(self, prompt: Prompt) -> AbstractAsyncContextManager[AsyncIterator[PromptEvent]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptViews:
    """Turns requests about prompts into use cases."""

    select: Callable[[SelectModel], Awaitable[Selection]]
    run: Callable[[Prompt], Awaitable[PromptAnswer]]
    stream: StreamPrompt
    heartbeat_seconds: float = HEARTBEAT_SECONDS

    @endpoint(
        "POST",
        "/api/ai/select",
        access=Access.VIEWER,
        open_to_run_keys=True,
        tag="prompts",
        body=ModelToSelect,
        body_required=False,
        body_example={"need": {"type": "language", "minContextWindow": 100_000, "strategy": "cheapest"}},
        changes_nothing=True,
        keeps_answers=False,
        answers={200: Answer(description="The choice and the reasons.", schema=Choice)},
        problems=(ModelNotFound,),
    )
    async def select_model(self, request: web.Request) -> web.Response:
        """Explain which model would be used

        Every candidate with the rules that kept or dropped it, in the order in which they would be tried. Rules on a
        candidate that is kept are warnings, and what its place rests on. Equal ones share the prompts by their
        `weight`; one that keeps failing cools down, and is tried after the others until then. Of more than 1,000 models
        the best and the first of the others are listed. No provider is called.
        """
        body = await json_body(request, ModelToSelect)
        selection = await self.select(SelectModel(selector=selector_of(body), has_images=body.has_images))
        return json_response(await run_in_thread_if_large(selection.ranked_candidates, lambda: _choice(selection)))

    @endpoint(
        "POST",
        "/api/ai/generate",
        access=Access.EDITOR,
        open_to_run_keys=True,
        tag="prompts",
        body=PromptToRun,
        body_example={"providerModelId": "gpt-4o", "prompt": "Say hello.", "config": {"maxTokens": 50}},
        largest_body=LARGEST_PROMPT,
        changes_nothing=True,
        answers={200: GENERATED},
        problems=PROMPT_PROBLEMS,
    )
    async def generate(self, request: web.Request) -> web.StreamResponse:
        """Run a prompt

        A candidate that fails, or sends nothing for ten seconds (`firstByteSeconds` in its config), makes room for the
        next; the last one is called again where that is safe; a model requested by its id has no other. What the prompt
        itself has wrong is nobody else's to answer. One that keeps failing cools down. Closing the connection ends the
        call at the provider. Prompts and answers are neither logged nor kept; tokens, cost and time are counted. With
        an Idempotency-Key the answer is kept for 24 hours, so that a repetition costs nothing; that of a stream is not,
        and its repetition is refused.

        With `stream: true` the answer comes in server-sent events, the same for all providers: `delta` with `{"text"}`,
        `reasoning` with `{"text"}`, `toolCall` with a call that is whole, at the end `done` with everything but the
        text, or `error` with problem details. No other model is called once the first words are sent. Lines that begin
        with a colon keep the connection open.
        """
        body = await json_body(request, PromptToRun)
        prompt = prompt_of(body, route=request.path)
        with cancelled_without_client(request):
            if body.stream:
                return await self._streamed(request, prompt)
            answer = await self.run(prompt)
        headers = ignored_header(answer.completion.ignored_fields)
        return json_response(await answer_bytes(lambda: GeneratedAnswer.model_validate(answer)), headers=headers)

    async def _streamed(self, request: web.Request, prompt: Prompt) -> web.StreamResponse:
        async with EventStream(request, heartbeat_seconds=self.heartbeat_seconds) as out:
            try:
                async with self.stream(prompt) as events:
                    async for event in events:
                        if isinstance(event, TextDelta | RefusalDelta):
                            await out.send(json_bytes({"text": event.text}), event=b"delta")
                        elif isinstance(event, ReasoningDelta):
                            await out.send(json_bytes({"text": event.text}), event=b"reasoning")
                        elif isinstance(event, ToolCallDone):
                            await out.send(json_bytes(ToolCallEvent.model_validate(event)), event=b"toolCall")
                        elif isinstance(event, PromptAnswer):
                            await out.send(json_bytes(FinishedAnswer.model_validate(event)), event=b"done")
                        elif isinstance(event, StreamStarted):
                            out.response.headers.update(ignored_header(event.ignored_fields))
            except ApplicationError as error:
                if not out.has_begun:
                    raise
                note_failure(request, error)
                await out.send(_problem(request, error), event=b"error")
        return out.response


def _choice(selection: Selection) -> bytes:
    """Return the answer as JSON; its candidates one by one, so that the event loop can go on in between."""
    dropped = (ranked for ranked in selection.ranked_candidates if not ranked.is_kept)
    choice = Choice.model_validate(
        {
            "selected": next(iter(selection.kept), None),
            "candidates": [],
            "candidate_count": selection.count or len(selection.ranked_candidates),
            "dropped_by": Counter(rule for ranked in dropped for rule in {each.rule for each in ranked.findings}),
        }
    )
    candidates = [
        orjson.Fragment(json_bytes(CandidateModel.model_validate(ranked))) for ranked in selection.ranked_candidates
    ]
    return json_bytes({**document_of(choice), "candidates": candidates})


def _problem(request: web.Request, error: ApplicationError) -> bytes:
    problem = problem_for(error) or INTERNAL_ERROR
    request_id = context_of(request).request_id
    return json_bytes(problem_document(problem, instance=request.path, request_id=request_id))
