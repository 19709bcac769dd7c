"""One request of a client of Responses, and how its answer is written."""

from collections.abc import Iterable, Mapping
from typing import Any

from application.prompts.completion import Completion, CompletionEvent
from entrypoints.http.compatible_apis.bodies import ResponseBody
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest
from entrypoints.http.compatible_apis.openai_errors import error_document
from entrypoints.http.compatible_apis.responses.answer import response_document
from entrypoints.http.compatible_apis.responses.request import read_conversation, refuse_state
from entrypoints.http.compatible_apis.responses.streaming import ResponseEncoder
from entrypoints.http.problems import Problem


class ResponsesExchange:
    """Implements `Exchange`."""

    headers: Mapping[str, str] = {}
    end_mark = b""

    def __init__(self, document: Mapping[str, Any], body: ResponseBody, *, request_id: str, created: int) -> None:
        """Read the request.

        Raises:
            InvalidInput: it needs a memory of earlier prompts, which nobody keeps.
        """
        refuse_state(document)
        self.client = LazyClientRequest(
            protocol="responses", body=document, read=read_conversation, is_stream=bool(body.stream)
        )
        self._facts: dict[str, Any] = {"response_id": f"resp_{request_id}", "created": created, "model": body.model}
        self._encoder = ResponseEncoder(document, **self._facts)

    def document(self, completion: Completion) -> Mapping[str, Any]:
        return response_document(completion, self.client.body, **self._facts)

    def encode(self, event: CompletionEvent) -> Iterable[tuple[bytes, bytes]]:
        return self._encoder.encode(event)

    def failed(self, problem: Problem) -> Iterable[tuple[bytes, bytes]]:
        error = error_document(problem)["error"]
        return self._encoder.failed(str(error["code"] or error["type"]), str(error["message"]))
