"""One request of a client of Chat Completions, and how its answer is written."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from application.prompts.completion import Completion, CompletionEvent
from entrypoints.http.compatible_apis.bodies import ChatCompletionBody
from entrypoints.http.compatible_apis.chat_completions.answer import completion_document
from entrypoints.http.compatible_apis.chat_completions.request import read_conversation
from entrypoints.http.compatible_apis.chat_completions.streaming import ChunkEncoder
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest
from entrypoints.http.compatible_apis.openai_errors import error_document
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.problems import Problem


class ChatExchange:
    """Implements `Exchange`."""

    headers: Mapping[str, str] = {}
    end_mark = b"data: [DONE]\n\n"

    def __init__(
        self, document: Mapping[str, Any], body: ChatCompletionBody, *, request_id: str, created: int, with_usage: bool
    ) -> None:
        self.client = LazyClientRequest(
            protocol="chat_completions", body=document, read=read_conversation, is_stream=bool(body.stream)
        )
        self._model = body.model
        self._request_id = request_id
        self._created = created
        self._with_usage = with_usage

    def document(self, completion: Completion) -> Mapping[str, Any]:
        return completion_document(completion, model=self._model, **self._facts)

    @property
    def _facts(self) -> dict[str, Any]:
        return {"completion_id": f"chatcmpl-{self._request_id}", "created": self._created}

    @cached_property
    def _encoder(self) -> ChunkEncoder:
        return ChunkEncoder(model=self._model, with_usage=self._with_usage, **self._facts)

    def encode(self, event: CompletionEvent) -> Iterator[tuple[None, bytes]]:
        return ((None, data) for data in self._encoder.encode(event))

    def failed(self, problem: Problem) -> Iterator[tuple[None, bytes]]:
        yield None, json_bytes(error_document(problem))
