"""Directives in prompts that change the reply, such as `sandbox:words=500`.

They are looked for in the last words of the user, so that a conversation can continue without them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_MARK = re.compile(r"sandbox:([a-z0-9-]+)(?:=([A-Za-z0-9_-]+))?")

#: Directive -> effect. A directive has no effect in protocols without such a feature.
DIRECTIVES: Mapping[str, str] = {
    "refuse": "the content filter refuses the prompt",
    "decline": "the model itself refuses, where the protocol has a field for a refusal in words",
    "words": "an answer of so many words, as in sandbox:words=500",
    "markdown": "a heading, a list and code",
    "finish": "end for this reason: stop, calls, length, filter, failed, or the provider's own word",
    "too-long": "refuse the prompt as longer than the context; =output as too long together with the output's limit",
    "cached": "so many input tokens were read from the cache",
    "written": "so many input tokens were written to the cache",
    "no-usage": "leave the usage out",
    "zero-usage": "report zero for all of the usage",
    "late-usage": "Messages: zero input tokens in message_start, the true number in message_delta",
    "interleaved": "a thought, words, another thought, and then the calls",
    "redacted": "Messages: a redacted_thinking block after the thoughts",
    "empty-arguments": "arguments of calls are the empty string where they are JSON text",
    "bad-arguments": "arguments of calls are not JSON where they are JSON text",
    "whole-calls": "stream each call in one piece, arguments included",
    "no-index": "Chat Completions: streamed calls have no index",
    "index-0": "Chat Completions: streamed calls all have the index 0, and an id each",
    "long-ids": "ids of calls are longer than OpenAI takes, with characters that Anthropic does not take",
    "no-stream-options": "Chat Completions: a request with stream_options is refused",
    "bare-deltas": "Responses: deltas of parts that were never added",
    "changing-ids": "Responses: another item_id in every delta",
    "sparse-events": "Responses: events without sequence_number, responses without output and status",
}

#: The traps that gateways between these protocols have fallen into, and how to set each.
TRAPS: tuple[tuple[str, str], ...] = (
    ("parallel calls streamed with one index", "'call x and call y' on Gemini; sandbox:index-0 or sandbox:no-index"),
    ("the finish reason comes a chunk after the call", "any streamed call on Gemini"),
    ("a finish reason beside calls is hidden", "'call x sandbox:finish=length' (or filter, or failed)"),
    ("a thought signature is lost", "a call of Gemini 3, handed back without its thoughtSignature"),
    ("ids too long for the next provider", "sandbox:long-ids; OpenAI and Anthropic check the ids they are sent"),
    ("arguments in a call's first piece are dropped", "sandbox:whole-calls"),
    ("thoughts inside a text block", "sandbox:interleaved on a model that thinks"),
    ("a call without arguments", "call a tool without parameters; sandbox:empty-arguments"),
    ("the input of content_block_start put before the deltas", "any streamed call of Messages"),
    ("Responses: text without content_part.added", "sandbox:bare-deltas"),
    ("Responses: reasoning without part.added, or ids that change", "sandbox:bare-deltas, sandbox:changing-ids"),
    ("Responses: events without sequence_number, output or status", "sandbox:sparse-events"),
    ("usage of an incomplete response", "Responses with a small max_output_tokens"),
    (
        "the client disconnects, or zero is reported",
        "the ending in /_sandbox/requests; sandbox:zero-usage, sandbox:no-usage",
    ),
    ("cached tokens counted twice or not at all", "sandbox:cached=3, cache_control on Messages"),
    ("thoughts outside (Gemini) or inside (the others) the output", "any model that thinks"),
    ("results of parallel calls in separate turns", "refused by Anthropic and Google"),
    ("results away from their calls", "refused by Chat Completions"),
    ("an image in a tool result", "seen on Messages and Responses, refused by Chat Completions"),
    ("a signed thought without text", "thinking with display omitted, checked when it comes back"),
    ("a schema keyword that fails every call", "uniqueItems and others in Gemini's functionDeclarations.parameters"),
    ("a prompt that is too long", "sandbox:too-long; the key context_length, and context_length_mid_stream of OpenAI"),
    ("a stream fails without an error event", "the fault missing_end, truncated_stream or dropped_connection"),
    ("encrypted reasoning of another account or model", "the key other_account; blobs are checked when they come back"),
    ("a character cut at a chunk's edge", "the fault split_utf8"),
)


@dataclass(frozen=True, slots=True)
class PromptDirectives:
    """The directives in a prompt; a directive without a value has the empty string."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Whether the prompt has this directive."""
        return name in self.values

    def text(self, name: str) -> str:
        """Return the directive's value; the empty string if it has none or is absent."""
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        """Return the directive's value as a number; None if it is not one or the directive is absent."""
        value = self.text(name)
        return int(value) if value.isdecimal() else None


def find_directives(text: str) -> PromptDirectives:
    """Return the known directives in the text; unknown ones are ignored."""
    return PromptDirectives({found[1]: found[2] or "" for found in _MARK.finditer(text) if found[1] in DIRECTIVES})
