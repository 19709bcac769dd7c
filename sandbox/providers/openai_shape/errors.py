"""Errors in OpenAI's envelope."""

from sandbox.answers import Answer, RefusedError
from sandbox.call import Call
from sandbox.cases import Case, play
from sandbox.json_types import JsonObject
from sandbox.providers.openai_shape.completion import frame


def error(message: str, kind: str, code: str | None = None, param: str | None = None) -> JsonObject:
    """`{"error": {...}}` with all four fields, as OpenAI always writes them."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refuse(refused: RefusedError, _call: Call) -> Answer:
    """The refusal in OpenAI's envelope."""
    return Answer(body=error(refused.message, refused.kind, refused.code, refused.param), status=refused.status)


def error_frame(case: Case, call: Call) -> bytes:
    """The case as an event of a stream."""
    body = play(case, call).body
    return frame(body if isinstance(body, dict) else {"error": {"message": str(body)}})
