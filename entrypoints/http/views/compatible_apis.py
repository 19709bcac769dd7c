"""Routes of the compatible APIs, for clients of other protocols."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypedDict

from aiohttp import web

from application.errors import ApplicationError
from application.prompts.completion import Completion, CompletionEvent, NativeEvents, StreamStarted
from application.prompts.prompt_answer import PromptAnswer
from application.prompts.prompt_errors import TokensNotCounted
from application.prompts.prompt_request import Prompt
from application.prompts.selection_candidates import ModelByAnyName
from entrypoints.http.answers.prompt_outcomes import (
    COMPLETED_CHAT,
    COMPLETED_MESSAGE,
    COMPLETED_RESPONSE,
    PROMPT_PROBLEMS,
)
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.prompts import LARGEST_PROMPT
from entrypoints.http.compatible_apis.bodies import (
    ChatCompletionBody,
    CompatibleBody,
    CountTokensBody,
    MessageBody,
    MessagesQuery,
    ResponseBody,
    TokenCount,
    without_own_fields,
)
from entrypoints.http.compatible_apis.body_value import has_images
from entrypoints.http.compatible_apis.chat_completions.exchange import ChatExchange
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest
from entrypoints.http.compatible_apis.messages.errors import ANTHROPIC_SHAPE
from entrypoints.http.compatible_apis.messages.exchange import MessagesExchange
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.compatible_apis.responses.exchange import ResponsesExchange
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.event_stream import HEARTBEAT_SECONDS, EventStream, framed
from entrypoints.http.headers import ignored_header
from entrypoints.http.json_responses import answer_bytes, json_response
from entrypoints.http.parse_request import json_to_hand_on, query_of
from entrypoints.http.problems import Problem
from entrypoints.http.request_context import context_of, note_failure
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.transport import cancelled_without_client
from entrypoints.http.views.prompts import StreamPrompt


class RouteFacts(TypedDict):
    """What all routes have in common that take prompts in other APIs' shapes."""

    tag: str
    open_to_run_keys: bool
    largest_body: int
    changes_nothing: bool
    replayable: bool


COMPATIBLE_API: Final[RouteFacts] = {
    "tag": "OpenAI-compatible",
    "open_to_run_keys": True,
    "largest_body": LARGEST_PROMPT,
    "changes_nothing": True,
    "replayable": False,
}


class Exchange(Protocol):
    """One request of a client: its content, and how the answer is written."""

    @property
    def client(self) -> LazyClientRequest:
        """The client's prompt."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What the API's clients look for in the headers of an answer."""
        ...

    @property
    def end_mark(self) -> bytes:
        """What follows the events of a provider of the same protocol, which are sent on as they come."""
        ...

    def document(self, completion: Completion) -> Mapping[str, Any]:
        """Return the whole answer."""
        ...

    def encode(self, event: CompletionEvent) -> Iterable[tuple[bytes | None, bytes]]:
        """Return the name and data of the events with what is new."""
        ...

    def failed(self, problem: Problem) -> Iterable[tuple[bytes | None, bytes]]:
        """Return the events of an answer that broke off."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibleApiViews:
    """Turns requests to the compatible APIs into use cases."""

    run: Callable[[Prompt], Awaitable[PromptAnswer]]
    stream: StreamPrompt
    count: Callable[[Prompt], Awaitable[int]]
    heartbeat_seconds: float = HEARTBEAT_SECONDS

    @endpoint(
        "POST",
        "/v1/chat/completions",
        access=Access.EDITOR,
        body=ChatCompletionBody,
        body_example={"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello."}]},
        answers={200: COMPLETED_CHAT},
        problems=PROMPT_PROBLEMS,
        problem_shape=OPENAI_SHAPE,
        **COMPATIBLE_API,
    )
    async def create_chat_completion(self, request: web.Request) -> web.StreamResponse:
        """Run a prompt, in the shape of Chat Completions

        For clients of OpenAI's API: give them this service as base URL (with `/v1`) and a token as the API key. `model`
        is the id of a registered model, its provider's name for it, or its name here; every provider will do. To a
        provider of the same protocol everything is passed through. For others what can be translated is; what cannot
        and would change the answer is refused by name; what only tunes is left out and named in `Ignored-Fields`.
        """
        body, document = await json_to_hand_on(request, ChatCompletionBody)
        with_usage = body.stream_options is not None and body.stream_options.include_usage is True
        exchange = ChatExchange(
            without_own_fields(document), body, request_id=_request_id(request), created=_now(), with_usage=with_usage
        )
        return await self._answer(request, body, exchange)

    @endpoint(
        "POST",
        "/v1/responses",
        access=Access.EDITOR,
        body=ResponseBody,
        body_example={"model": "gpt-4o", "input": "Say hello."},
        answers={200: COMPLETED_RESPONSE},
        problems=PROMPT_PROBLEMS,
        problem_shape=OPENAI_SHAPE,
        **COMPATIBLE_API,
    )
    async def create_response(self, request: web.Request) -> web.StreamResponse:
        """Run a prompt, in the shape of Responses

        As for Chat Completions. Nothing is kept: `store` is accepted and answered false, and what needs a memory
        (`previous_response_id`, `conversation`, `background`) is refused.
        """
        body, document = await json_to_hand_on(request, ResponseBody)
        exchange = ResponsesExchange(
            without_own_fields(document), body, request_id=_request_id(request), created=_now()
        )
        return await self._answer(request, body, exchange)

    @endpoint(
        "POST",
        "/v1/messages",
        access=Access.EDITOR,
        query=MessagesQuery,
        body=MessageBody,
        body_example={
            "model": "claude-sonnet-4-5",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "Say hello."}],
        },
        answers={200: COMPLETED_MESSAGE},
        problems=PROMPT_PROBLEMS,
        problem_shape=ANTHROPIC_SHAPE,
        **COMPATIBLE_API,
    )
    async def create_message(self, request: web.Request) -> web.StreamResponse:
        """Run a prompt, in the shape of Messages

        For clients of Anthropic's API: give them this service as base URL and a token as the API key. As for Chat
        Completions; `anthropic-version` and `anthropic-beta` go to Anthropic alone.
        """
        query_of(request, MessagesQuery)
        body, document = await json_to_hand_on(request, MessageBody)
        exchange = _messages_exchange(request, body, document)
        return await self._answer(request, body, exchange)

    @endpoint(
        "POST",
        "/v1/messages/count_tokens",
        access=Access.EDITOR,
        query=MessagesQuery,
        body=CountTokensBody,
        body_example={"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Say hello."}]},
        answers={200: Answer(description="The count.", schema=TokenCount)},
        problems=(*PROMPT_PROBLEMS, TokensNotCounted),
        problem_shape=ANTHROPIC_SHAPE,
        **COMPATIBLE_API,
    )
    async def count_message_tokens(self, request: web.Request) -> web.StreamResponse:
        """Count the tokens of a prompt, in the shape of Messages

        As the model's provider counts them; nothing is run and nothing is charged. A provider that does not count them
        is answered for with 404: clients then estimate.
        """
        query_of(request, MessagesQuery)
        body, document = await json_to_hand_on(request, CountTokensBody)
        exchange = _messages_exchange(request, body, document)
        with cancelled_without_client(request):
            tokens = await self.count(_prompt(request, body, exchange))
        return json_response(TokenCount(input_tokens=tokens), headers=exchange.headers)

    async def _answer(self, request: web.Request, body: CompatibleBody, exchange: Exchange) -> web.StreamResponse:
        prompt = _prompt(request, body, exchange)
        with cancelled_without_client(request):
            if body.stream:
                return await self._streamed(request, prompt, exchange)
            answer = await self.run(prompt)
        headers = {**exchange.headers, **ignored_header(answer.completion.ignored_fields)}
        return json_response(await answer_bytes(lambda: exchange.document(answer.completion)), headers=headers)

    async def _streamed(self, request: web.Request, prompt: Prompt, exchange: Exchange) -> web.StreamResponse:
        async with EventStream(request, heartbeat_seconds=self.heartbeat_seconds) as out:
            out.response.headers.update(exchange.headers)
            is_native = False
            try:
                async with self.stream(prompt) as events:
                    async for event in events:
                        match event:
                            case StreamStarted(ignored):
                                out.response.headers.update(ignored_header(ignored))
                            case NativeEvents(content):
                                is_native = True
                                await out.write_at_once(content)
                            case PromptAnswer() if is_native:
                                await out.write_at_once(exchange.end_mark)
                            case PromptAnswer():
                                await out.write(framed(exchange.encode(event.completion)))
                            case _:
                                await out.write(framed(exchange.encode(event)))
            except ApplicationError as error:
                if not out.has_begun:
                    raise
                note_failure(request, error)
                await out.write(framed(exchange.failed(problem_for(error) or INTERNAL_ERROR)))
        return out.response


def _prompt(request: web.Request, body: CompatibleBody, exchange: Exchange) -> Prompt:
    return Prompt(
        selector=ModelByAnyName(body.model),
        client=exchange.client,
        has_images=has_images(exchange.client.body),
        deadline_seconds=body.deadline_seconds,
        idle_seconds=body.idle_seconds,
        route=request.path,
    )


def _messages_exchange(request: web.Request, body: CompatibleBody, document: Mapping[str, Any]) -> MessagesExchange:
    protocols_own = without_own_fields(document)
    return MessagesExchange(protocols_own, body, request_id=_request_id(request), sent=request.headers)


def _request_id(request: web.Request) -> str:
    return context_of(request).request_id


def _now() -> int:
    return int(time.time())
