"""Signatures of thinking blocks: created with each block, and verified when it comes back."""

from collections.abc import Mapping, Sequence

import orjson

from sandbox.json_fields import JsonObject, object_at, objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.anthropic.model_rules import rules_of
from sandbox.providers.anthropic.prompt_caching import blocks_of, without_breakpoints
from sandbox.signed_blobs import check_blob, signed_blob

_THOUGHTS = {"thinking", "redacted_thinking"}
#: What the data of a redacted thought are bound to, which has no text.
_REDACTED = "redacted"


def sign(call: ApiCall, model: SimulatedModel, shown: str) -> str:
    """The signature of a thought of which this text is shown."""
    return signed_blob(call, model, shown, _prefix(call, model, objects_at(call.json(), "messages")))


def redacted_data(call: ApiCall, model: SimulatedModel) -> str:
    """A thought that nobody but the model can read."""
    return sign(call, model, _REDACTED)


def check_signatures(call: ApiCall, model: SimulatedModel, messages: Sequence[Mapping[str, object]]) -> None:
    """Hold the caller to hand thoughts back as they were, and before calls when a budget for thinking is given.

    Raises:
        RequestRefused: a signature does not hold, or a thought is missing.
    """
    for at, message in enumerate(messages):
        for block_at, block in enumerate(objects_at(message, "content")):
            if block.get("type") in _THOUGHTS:
                prefix = _prefix(call, model, messages[:at])
                _check(call, model, block, prefix, f"messages.{at}.content.{block_at}")
    if object_at(call.json(), "thinking").get("type") == "enabled":
        _require_thought(messages)


def _check(call: ApiCall, model: SimulatedModel, block: Mapping[str, object], prefix: str, place: str) -> None:
    redacted = block.get("type") == "redacted_thinking"
    signature = text_at(block, "data" if redacted else "signature")
    fault = check_blob(signature, call, model, _REDACTED if redacted else text_at(block, "thinking"), prefix)
    if fault == "bound":
        message = (
            f"{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. "
            "These blocks must remain as they were in the original response."
        )
        raise RequestRefused(400, message)
    if fault == "prefix":
        message = f"{place}: this `thinking` block was made in another conversation: what comes before it has changed."
        raise RequestRefused(400, message)
    if fault is not None:
        name = "data" if redacted else "signature"
        raise RequestRefused(400, f"{place}: Invalid `{name}` in `{block['type']}` block")


def _require_thought(messages: Sequence[Mapping[str, object]]) -> None:
    """With a budget, the turn whose calls are being answered must begin with a thought."""
    answered = any(block.get("type") == "tool_result" for block in objects_at(messages[-1], "content"))
    if not answered or len(messages) < 2:  # noqa: PLR2004 - a call and its result
        return
    at = len(messages) - 2
    first = objects_at(messages[at], "content")[0]
    if first.get("type") not in _THOUGHTS:
        message = (
            f"messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
            f"`{first.get('type')}`. When `thinking` is enabled, a final `assistant` message must start with a "
            "thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you "
            "include thinking blocks from previous turns. To avoid this requirement, disable `thinking`."
        )
        raise RequestRefused(400, message)


def _prefix(call: ApiCall, model: SimulatedModel, messages: Sequence[Mapping[str, object]]) -> str:
    """What a thought behind these messages is bound to: nothing on most models."""
    if not rules_of(model).binds_thoughts:
        return ""
    body: JsonObject = call.json()
    said = [[message.get("role"), _lasting(blocks_of(message, "content"))] for message in messages]
    return orjson.dumps([_lasting(blocks_of(body, "system")), _lasting(objects_at(body, "tools")), said]).decode()


def _lasting(blocks: Sequence[Mapping[str, object]]) -> object:
    """The blocks without thoughts and breakpoints, which may come and go."""
    return without_breakpoints([dict(block) for block in blocks if block.get("type") not in _THOUGHTS])
