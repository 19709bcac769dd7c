"""One request of a client of Messages, and how its answer is written."""

from collections.abc import Iterable, Mapping
from typing import Any

from application.prompts.completion import Completion, CompletionEvent
from entrypoints.http.compatible_apis.bodies import CompatibleBody
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest
from entrypoints.http.compatible_apis.messages.answer import message_document
from entrypoints.http.compatible_apis.messages.errors import error_document
from entrypoints.http.compatible_apis.messages.request import read_conversation
from entrypoints.http.compatible_apis.messages.streaming import MessageEncoder
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.problems import Problem

_PASSED_ON = ("anthropic-version", "anthropic-beta")


class MessagesExchange:
    """Implements `Exchange`."""

    end_mark = b""

    def __init__(
        self, document: Mapping[str, Any], body: CompatibleBody, *, request_id: str, sent: Mapping[str, str]
    ) -> None:
        self.headers: Mapping[str, str] = {"request-id": request_id}
        self.client = LazyClientRequest(
            protocol="messages",
            body=document,
            read=read_conversation,
            is_stream=bool(body.stream),
            headers={name: sent[name] for name in _PASSED_ON if name in sent},
        )
        self._facts: dict[str, Any] = {"message_id": f"msg_{request_id}", "model": body.model}
        self._encoder = MessageEncoder(**self._facts)
        self._request_id = request_id

    def document(self, completion: Completion) -> Mapping[str, Any]:
        return message_document(completion, **self._facts)

    def encode(self, event: CompletionEvent) -> Iterable[tuple[bytes, bytes]]:
        return self._encoder.encode(event)

    def failed(self, problem: Problem) -> Iterable[tuple[bytes, bytes]]:
        yield b"error", json_bytes(error_document(problem, self._request_id))
