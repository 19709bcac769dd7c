"""Together: the list of models is a bare array."""

from sandbox.answers import Answer
from sandbox.call import Call
from sandbox.cases import GENERATING, Case
from sandbox.catalogue import load_catalogue
from sandbox.json_types import JsonObject
from sandbox.providers.openai_shape.accent import Accent
from sandbox.providers.openai_shape.chat import chat
from sandbox.providers.openai_shape.compatible import common_cases, make_model, refusal, request_id_header
from sandbox.providers.openai_shape.embeddings import create_embeddings
from sandbox.providers.openai_shape.errors import error, error_frame
from sandbox.providers.provider import Provider, Route, bearer_key

_INVALID_KEY = "Invalid API key provided. You can find your API key at https://api.together.ai/settings/api-keys."


def _shape(_status: int, message: str, kind: str, code: str | None) -> JsonObject:
    return {"id": "{request_id}", **error(message, kind, code)}


def _list_models(call: Call) -> Answer:
    return Answer(body=[model.entry for model in call.models()])


TOGETHER = Provider(
    name="together",
    root="/together",
    endpoint="/together/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=_list_models),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat(Accent(usage_always=True))),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases={
        **common_cases(_shape),
        "bad_key": Case(
            summary="wrong key",
            status=401,
            body=_shape(401, _INVALID_KEY, "invalid_request_error", "invalid_api_key"),
        ),
        "no_credit": Case(
            summary="no credit left",
            status=402,
            body=_shape(402, "Credit limit exceeded, please add credits to continue.", "credit_limit", None),
            operations=GENERATING,
        ),
    },
    key_prefix="tgp_v1_sandbox_",
    find_key=bearer_key,
    catalogue=lambda: load_catalogue("together", make_model),
    refuse=refusal(_shape),
    error_frame=error_frame,
    headers=request_id_header,
)
