"""The parts of a response, in the groups in which they are streamed."""

from collections.abc import Sequence

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply, TextBlock, ThinkingBlock
from sandbox.parsed_request import ApiCall
from sandbox.providers.google.known_fields import either, object_of
from sandbox.providers.google.read_request import settings_of
from sandbox.providers.google.thinking_rules import needs_signatures
from sandbox.signed_blobs import signed_blob
from sandbox.token_counting import split_tokens
from sandbox.tool_calls import ToolCall

#: Gemini streams in larger pieces than the others.
_TOKENS_PER_CHUNK = 3
_MOST_CANDIDATES = 8


def parts_of(call: ApiCall, model: SimulatedModel, reply: ModelReply, *, whole: bool) -> list[list[JsonObject]]:
    """The groups of parts, each of which is a chunk of a stream.

    Models of the third generation sign the first call, or else what they said last: in a stream, an empty text behind
    it. Behind calls, too, a stream ends with an empty text.
    """
    groups: list[list[JsonObject]] = []
    for block in reply.blocks:
        if isinstance(block, ThinkingBlock):
            if _shows_thoughts(call):
                groups.append([{"text": block.text, "thought": True}])
        elif isinstance(block, TextBlock):
            size = max(1, len(block.pieces)) if whole else _TOKENS_PER_CHUNK
            starts = range(0, len(block.pieces), size)
            groups += [[{"text": "".join(block.pieces[start : start + size])}] for start in starts]
        else:
            groups.append([_function_call(call, reply, block)])
    signature = signed_blob(call, model) if model.reasoning else ""
    if reply.calls:
        first = next(part for group in groups for part in group if "functionCall" in part)
        first |= {"thoughtSignature": signature} if signature else {}
        return groups if whole else [*groups, [{"text": ""}]]
    if not needs_signatures(model) or not reply.pieces:
        return groups
    if whole:
        groups[-1][-1]["thoughtSignature"] = signature
        return groups
    return [*groups, [{"text": "", "thoughtSignature": signature}]]


def candidate_count(call: ApiCall) -> int:
    """How many answers are wanted."""
    count = either(settings_of(call.json()), "candidateCount")
    return min(count, _MOST_CANDIDATES) if isinstance(count, int) and count > 0 else 1


def logprobs_of(call: ApiCall, parts: Sequence[JsonObject]) -> JsonObject:
    """How likely each token of the text was, when that was requested: all alike."""
    settings = settings_of(call.json())
    if either(settings, "responseLogprobs") is not True:
        return {}
    text = "".join(str(part.get("text", "")) for part in parts)
    chosen = [{"token": token, "tokenId": len(token), "logProbability": -0.25} for token in split_tokens(text)]
    others = either(settings, "logprobs")
    tops = [{"candidates": [token] * (others if isinstance(others, int) else 0)} for token in chosen]
    return {"avgLogprobs": -0.25, "logprobsResult": {"chosenCandidates": chosen, "topCandidates": tops}}


def _function_call(call: ApiCall, reply: ModelReply, called: ToolCall) -> JsonObject:
    number = next(at for at, each in enumerate(reply.calls) if each is called)
    facts = {"id": call.numbered_token(8, number), "name": called.name, "args": called.parsed()}
    return {"functionCall": facts}


def _shows_thoughts(call: ApiCall) -> bool:
    config = object_of(settings_of(call.json()), "thinkingConfig")
    return either(config, "includeThoughts") is True
