"""Errors in OpenAI's envelope."""

from sandbox.json_fields import JsonObject
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.completion import frame
from sandbox.refusal_cases import RefusalCase, refusal_response


def error(message: str, kind: str, code: str | None = None, param: str | None = None) -> JsonObject:
    """`{"error": {...}}` with all four fields, as OpenAI always writes them."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refuse(refused: RequestRefused, _call: ApiCall) -> ProviderResponse:
    """The refusal in OpenAI's envelope."""
    return ProviderResponse(
        body=error(refused.message, refused.kind, refused.code, refused.param), status=refused.status
    )


def error_frame(case: RefusalCase, call: ApiCall) -> bytes:
    """The case as an event of a stream."""
    body = refusal_response(case, call).body
    return frame(body if isinstance(body, dict) else {"error": {"message": str(body)}})
