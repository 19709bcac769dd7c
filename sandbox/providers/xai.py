"""xAI: three lists of models with prices, errors that are plain strings, and 400 for a wrong key."""

from sandbox.answers import Answer, RefusedError
from sandbox.call import Call
from sandbox.cases import GENERATING, Case, mask
from sandbox.catalogue import Model, load_catalogue
from sandbox.json_types import JsonObject
from sandbox.providers.openai_shape.accent import Accent, plain_usage
from sandbox.providers.openai_shape.chat import chat
from sandbox.providers.openai_shape.compatible import common_cases, make_model, refusal, request_id_header
from sandbox.providers.openai_shape.errors import error_frame
from sandbox.providers.provider import Provider, Route, bearer_key
from sandbox.reply import Reply

_PREFIX = "xai-sandbox-"
_ARGUMENT = "Client specified an invalid argument"
_PERMISSION = "The caller does not have permission to execute the specified operation"
_EXHAUSTED = "Some resource has been exhausted"
_BARE = ("id", "created", "object", "owned_by")
_BAD_KEY = "Incorrect API key provided: {key}. You can obtain an API key from https://console.x.ai."


def _shape(status: int, message: str, _kind: str, code: str | None) -> JsonObject:
    """The error is a string, and the code a sentence."""
    sentences = {404: "Some requested entity was not found", 429: _EXHAUSTED, 500: "Internal error"}
    return {"code": code or sentences.get(status, _ARGUMENT), "error": message}


def _list_models(call: Call) -> Answer:
    """Bare entries, as OpenAI's."""
    entries = [{name: model.entry[name] for name in _BARE} for model in call.models()]
    return Answer(body={"object": "list", "data": entries})


def _list_language_models(call: Call) -> Answer:
    return Answer(body={"models": [model.entry for model in call.models() if model.kind == "chat"]})


def _list_image_models(call: Call) -> Answer:
    return Answer(body={"models": [model.entry for model in call.models() if model.kind == "image"]})


def _list_video_models(call: Call) -> Answer:
    return Answer(body={"models": [model.entry for model in call.models() if model.kind == "video"]})


def _show_key(call: Call) -> Answer:
    blocked = call.key == _PREFIX + "suspended"
    return Answer(
        body={
            "redacted_api_key": mask(call.key),
            "user_id": "5a9db0c5-0000-4000-8000-000000000002",
            "name": "Sandbox key",
            "create_time": "2026-01-01T00:00:00Z",
            "modify_time": "2026-01-01T00:00:00Z",
            "modified_by": "5a9db0c5-0000-4000-8000-000000000002",
            "team_id": "5a9db0c5-0000-4000-8000-000000000003",
            "acls": ["api-key:model:*", "api-key:endpoint:*"],
            "api_key_id": "5a9db0c5-0000-4000-8000-000000000004",
            "team_blocked": False,
            "api_key_blocked": blocked,
            "api_key_disabled": False,
        }
    )


def _usage(reply: Reply, model: Model) -> JsonObject:
    """The counts, with the reasoning beside the completion: only the total has both."""
    return {
        **plain_usage(reply, model),
        "completion_tokens": reply.text_tokens,
        "prompt_tokens_details": {
            "text_tokens": reply.input_tokens - reply.image_tokens,
            "audio_tokens": 0,
            "image_tokens": reply.image_tokens,
            "cached_tokens": reply.cached_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens, "audio_tokens": 0},
        "num_sources_used": 0,
    }


def _unknown_model(name: str) -> RefusedError:
    message = f"The model {name} does not exist or your team does not have access to it."
    return RefusedError(404, message)


_ACCENT = Accent(
    usage=_usage,
    completion_id=lambda call: call.token(32),
    completion_fields=lambda _call, _model: {"system_fingerprint": "fp_898ae9f31c"},
    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_898ae9f31c"},
    choice_fields=lambda _finish: {},
    message_fields={"refusal": None},
    thoughts_field="reasoning_content",
    unknown_model=_unknown_model,
)

XAI = Provider(
    name="xai",
    root="/xai",
    endpoint="/xai/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=_list_models),
        Route(method="GET", path="/v1/language-models", operation="list", handle=_list_language_models),
        Route(method="GET", path="/v1/image-generation-models", operation="list", handle=_list_image_models),
        Route(method="GET", path="/v1/video-generation-models", operation="list", handle=_list_video_models),
        Route(method="GET", path="/v1/api-key", operation="account", handle=_show_key),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat(_ACCENT)),
    ),
    cases={
        **common_cases(_shape),
        "no_key": Case(summary="no key was sent", status=400, body=_shape(400, _BAD_KEY, "", None)),
        "bad_key": Case(summary="wrong key: a 400", status=400, body=_shape(400, _BAD_KEY, "", None)),
        "permission_denied": Case(
            summary="the key's access list does not allow it",
            status=403,
            body=_shape(403, "The API key does not have permission to use this endpoint.", "", _PERMISSION),
        ),
        "suspended": Case(
            summary="the key was blocked; its own page says so",
            status=403,
            body=_shape(403, "The API key is currently blocked.", "", _PERMISSION),
            operations=frozenset({"list", "chat", "stream"}),
        ),
        "no_credit": Case(
            summary="no credit left",
            status=429,
            body=_shape(
                429,
                "Your team has either used all available credits or reached its monthly spending limit. To continue "
                "making API requests, please purchase more credits or raise your spending limit.",
                "",
                _EXHAUSTED,
            ),
            operations=GENERATING,
        ),
    },
    key_prefix=_PREFIX,
    find_key=bearer_key,
    catalogue=lambda: load_catalogue("xai", make_model),
    refuse=refusal(_shape),
    error_frame=error_frame,
    headers=request_id_header,
)
