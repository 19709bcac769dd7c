"""The door for clients of OpenAI's API: same models, same use cases, another shape."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from application.errors import ApplicationError, ModelNotFound
from application.policies.candidates import ModelByAnyName
from application.ports.generation import TextDelta
from application.queries.select_model import SelectModel
from entrypoints.http.bodies.chat_completions import ChatCompletion
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.event_stream import HEARTBEAT_SECONDS, EventStream
from entrypoints.http.exchange import exchange_of
from entrypoints.http.openai_shape import error_document
from entrypoints.http.requests import json_body
from entrypoints.http.responses import json_bytes, json_response
from entrypoints.http.transport import cancelled_without_client
from entrypoints.http.views.chat_commands import (
    answered_by,
    chunk_document,
    completion_document,
    finish_reason,
    prompt_of,
    usage_document,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from aiohttp import web

    from application.policies.candidates import Candidate, Selection
    from application.prompts.answer import PromptAnswer
    from application.prompts.request import Prompt
    from entrypoints.http.views.prompts import StreamPrompt

_DONE = b"[DONE]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatViews:
    """Turns requests in OpenAI's shape into use cases."""

    select: Callable[[SelectModel], Awaitable[Selection]]
    callable_models: Callable[[], Awaitable[list[Candidate]]]
    run: Callable[[Prompt], Awaitable[PromptAnswer]]
    stream: StreamPrompt
    heartbeat_seconds: float = HEARTBEAT_SECONDS

    async def list_compatible_models(self, request: web.Request) -> web.Response:  # noqa: ARG002 - all there are
        """List the models in use, in OpenAI's shape

        Each under its provider's name for it, once, whatever number of providers offer it.
        """
        models: dict[str, dict[str, Any]] = {}
        for candidate in await self.callable_models():
            models.setdefault(candidate.provider_model_id, _model(candidate, candidate.provider_model_id))
        return json_response({"object": "list", "data": list(models.values())})

    async def get_compatible_model(self, request: web.Request) -> web.Response:
        """Show a model, in OpenAI's shape

        By its id here, its provider's name for it, or its name here.
        """
        name = request.match_info["model"]
        selection = await self.select(SelectModel(wanted=ModelByAnyName(name)))
        if not selection.kept:
            raise ModelNotFound
        return json_response(_model(selection.kept[0], name))

    async def create_chat_completion(self, request: web.Request) -> web.StreamResponse:
        """Run a prompt, in OpenAI's shape

        For clients of OpenAI's API: give them this service as base URL (with `/v1`) and a token as the API key. `model`
        is the id of a registered model, its provider's name for it, or its name here; every provider will do. What
        cannot be done for all of them (tools, several choices, penalties) is refused, not ignored.
        """
        body = await json_body(request, ChatCompletion)
        prompt = prompt_of(body)
        with cancelled_without_client(request):
            if body.stream:
                wants_usage = body.stream_options is not None and body.stream_options.include_usage is True
                return await self._streamed(request, prompt, _Chunks(request, body.model, with_usage=wants_usage))
            answer = await self.run(prompt)
        document = completion_document(answer, completion_id=_completion_id(request), created=int(time.time()))
        return json_response(document)

    async def _streamed(self, request: web.Request, prompt: Prompt, chunks: _Chunks) -> web.StreamResponse:
        async with EventStream(request, heartbeat_seconds=self.heartbeat_seconds) as out:
            try:
                async with self.stream(prompt) as events, aclosing(chunks.of(events)) as pieces:
                    async for piece in pieces:
                        await out.send(json_bytes(piece))
                await out.send(_DONE)
            except ApplicationError as error:
                if not out.has_begun:
                    raise
                await out.send(json_bytes(error_document(problem_for(error) or INTERNAL_ERROR)))
        return out.response


class _Chunks:
    """Makes the pieces of one streamed answer."""

    def __init__(self, request: web.Request, model: str, *, with_usage: bool) -> None:
        self._facts: dict[str, Any] = {"completion_id": _completion_id(request), "created": int(time.time())}
        self._model = model
        self._with_usage = with_usage

    async def of(self, events: AsyncIterator[TextDelta | PromptAnswer]) -> AsyncGenerator[dict[str, Any]]:
        yield self._piece({"role": "assistant", "content": ""}, self._model)
        async for event in events:
            if isinstance(event, TextDelta):
                yield self._piece({"content": event.text}, self._model)
                continue
            yield self._piece({}, answered_by(event), finish=finish_reason(event))
            if self._with_usage:
                usage = usage_document(event.generated.usage)
                yield {**chunk_document(None, model=answered_by(event), **self._facts), "usage": usage}

    def _piece(self, delta: dict[str, Any], model: str, finish: str | None = None) -> dict[str, Any]:
        chunk = chunk_document(delta, model=model, finish=finish, **self._facts)
        return {**chunk, "usage": None} if self._with_usage else chunk


def _completion_id(request: web.Request) -> str:
    return f"chatcmpl-{exchange_of(request).request_id}"


def _model(candidate: Candidate, name: str) -> dict[str, Any]:
    created = int(candidate.created_at.timestamp())
    return {"id": name, "object": "model", "created": created, "owned_by": candidate.provider_name}
