"""DeepSeek: a list of bare ids, a balance endpoint, and reasoning beside the text."""

from sandbox.json_fields import JsonObject, object_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.openai_compatible.error_envelope import error
from sandbox.providers.openai_compatible.list_models import list_models
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import GENERATING, RefusalCase

_PREFIX = "sk-sandbox-deepseek-"
_CODE = "invalid_request_error"
_INVALID_KEY = "Authentication Fails, Your api key: {key} is invalid"


def _shape(_status: int, message: str, kind: str, _code: str | None) -> JsonObject:
    """Like OpenAI's, with one and the same code everywhere."""
    return error(message, kind, _CODE)


def _show_balance(call: ApiCall) -> ProviderResponse:
    """The money that is left, as strings."""
    broke = call.key == _PREFIX + "no-credit"
    amounts = ("0.00", "0.00", "0.00") if broke else ("110.00", "10.00", "100.00")
    names = ("total_balance", "granted_balance", "topped_up_balance")
    return ProviderResponse(
        body={
            "is_available": not broke,
            "balance_infos": [{"currency": "USD", **dict(zip(names, amounts, strict=True))}],
        }
    )


def _usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    return {
        **plain_usage(reply, model),
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
        "prompt_cache_hit_tokens": reply.cached_tokens,
        "prompt_cache_miss_tokens": reply.input_tokens - reply.cached_tokens,
    }


def _unknown_model(_name: str) -> RequestRefused:
    return RequestRefused(400, "Model Not Exist")


def _headers(call: ApiCall) -> dict[str, str]:
    return {"x-ds-trace-id": call.token(32)}


def _check(body: JsonObject) -> None:
    """Any JSON can be requested, a schema not."""
    if object_at(body, "response_format").get("type") == "json_schema":
        raise RequestRefused(400, "This response_format type is unavailable now")


_OPTIONS = ChatOptions(
    usage=_usage,
    completion_id=lambda call: call.token(32),
    completion_fields=lambda _call, _model: {"system_fingerprint": "fp_393bca965e"},
    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_393bca965e"},
    thoughts_field="reasoning_content",
    thoughts_must_return=True,
    check=_check,
    usage_on_last_choice=True,
    usage_null=True,
    unknown_model=_unknown_model,
)

DEEPSEEK = compatible_provider(
    _shape,
    name="deepseek",
    endpoint="/deepseek",
    routes=(
        Route(method="GET", path="/models", operation="list", handle=list_models),
        Route(method="GET", path="/user/balance", operation="account", handle=_show_balance),
        Route(method="POST", path="/chat/completions", operation="chat", handle=chat_endpoint(_OPTIONS)),
    ),
    cases={
        "bad_key": RefusalCase(
            summary="wrong key; the message repeats its end",
            status=401,
            body=_shape(401, _INVALID_KEY, "authentication_error", None),
        ),
        "no_credit": RefusalCase(
            summary="no money left; the balance endpoint reports it too",
            status=402,
            body=_shape(402, "Insufficient Balance", "unknown_error", None),
            operations=GENERATING,
        ),
        "invalid_parameters": RefusalCase(
            summary="422",
            status=422,
            body=_shape(422, "Your request contains invalid parameters.", _CODE, None),
            operations=GENERATING,
        ),
    },
    key_prefix=_PREFIX,
    headers=_headers,
)
