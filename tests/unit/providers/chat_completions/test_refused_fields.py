"""Which refusals say that a server does not know a field, and what is remembered of them."""

from typing import Any

import orjson
import pytest

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.chat_completions.refused_fields import RefusedFields, refused_field
from adapters.providers.error_mapping.error_details import parse_error_details

ASKS = {"stream_options": {"include_usage": True}}
HERE = {"endpoint": "https://llm.example/v1", "model_id": "m"}


def refused(body: dict[str, Any], said: object, status: int = 400) -> str | None:
    return refused_field(parse_error_details(status, orjson.dumps(said)), body)


@pytest.mark.parametrize(
    ("body", "said", "status", "field"),
    [
        (ASKS, {"error": {"message": "Unrecognized request argument supplied: stream_options"}}, 400, "stream_options"),
        (ASKS, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}, 422, ...),
        (ASKS, {"object": "error", "message": "stream_options not supported", "code": 400}, 400, "stream_options"),
        (ASKS, {"error": "unexpected keyword argument 'stream_options'"}, 500, "stream_options"),
        (ASKS, {"error": {"message": "include_usage is not supported"}}, 400, "stream_options"),
        (ASKS, {"error": {"message": "The model is too busy"}}, 400, None),
        (ASKS, {"error": {"message": "stream_options"}}, 401, None),
        (ASKS, {"error": {"message": "stream_options"}}, 429, None),
        # Options of the client's own making tell nothing of the server.
        (
            {"stream_options": {"include_usage": True, "x": 1}},
            {"error": {"message": "Unknown field: stream_options.x"}},
            400,
            None,
        ),
        (
            {"max_tokens": 5},
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                    "'max_completion_tokens' instead.",
                    "param": "max_tokens",
                    "code": "unsupported_parameter",
                }
            },
            400,
            "max_tokens",
        ),
        (
            {"max_completion_tokens": 5},
            {"error": {"message": "Unrecognized request argument supplied: max_completion_tokens"}},
            400,
            "max_completion_tokens",
        ),
        (
            {"max_completion_tokens": 5},
            {"detail": [{"loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"}]},
            422,
            "max_completion_tokens",
        ),
        # It is the value: under another name the limit might be overlooked.
        (
            {"max_tokens": 500_000},
            {"error": {"message": "max_tokens is too large: 500000. This model supports at most 4096"}},
            400,
            None,
        ),
        ({"max_tokens": 0}, {"error": {"message": "Unsupported value: max_tokens must be at least 1"}}, 400, None),
        ({"max_tokens": "many"}, {"error": {"message": "Unexpected type of max_tokens"}}, 400, None),
        ({"max_tokens": 5}, {"error": {"message": "Unknown parameter: 'max_completion_tokens'"}}, 400, None),
        ({"max_tokens": 5, "max_completion_tokens": 5}, {"error": "Unknown parameter: max_tokens"}, 400, None),
        ({"max_tokens": 5}, {"error": {"message": "Unknown parameter: 'seed'"}}, 400, None),
    ],
)
def test_a_refusal_names_what_the_server_does_not_know(
    body: dict[str, Any],
    said: object,
    status: int,
    field: Any,  # noqa: ANN401
) -> None:
    assert refused(body, said, status) == ("stream_options" if field is ... else field)


def test_stream_options_are_remembered_for_the_endpoint_and_a_limit_for_the_model() -> None:
    known = RefusedFields()
    known.add("stream_options", **HERE)
    known.add("max_tokens", **HERE)
    here = known.options_for(ChatOptions(), **HERE)
    assert (here.asks_for_usage, here.takes_stream_options, here.limit_name) == (False, False, "max_completion_tokens")
    other_model = known.options_for(ChatOptions(), HERE["endpoint"], "another")
    assert (other_model.takes_stream_options, other_model.renames_limit) == (False, False)
    assert known.options_for(ChatOptions(), "https://other.example/v1", "m") == ChatOptions()


def test_a_server_that_refuses_the_other_name_later_takes_the_first_again() -> None:
    known = RefusedFields()
    known.add("max_tokens", **HERE)
    known.add("max_completion_tokens", **HERE)
    assert known.options_for(ChatOptions(limit_name="max_completion_tokens"), **HERE).limit_name == "max_tokens"


def test_what_is_remembered_is_bounded_in_number_and_time() -> None:
    now = 0.0
    known = RefusedFields(clock=lambda: now)
    for number in range(1_025):
        known.add("stream_options", f"https://{number}.example", "m")
    assert known.options_for(ChatOptions(), "https://0.example", "m") == ChatOptions()
    assert not known.options_for(ChatOptions(), "https://1.example", "m").takes_stream_options
    now = 3_601.0
    assert known.options_for(ChatOptions(), "https://1.example", "m") == ChatOptions()
