"""Parses the context limit and the prompt's length from an error message.

The sentences are those of OpenAI and of the servers that copied it, Anthropic, Google, Mistral, xAI, vLLM, llama.cpp
and Together AI.
"""

import re
from collections.abc import Iterator
from typing import Final

from application.ports.provider_gateway import ContextUse

_N: Final = r"\(?([\d,]{1,12})\)?"
# The limit, in the words of each.
_LIMITS: Final = (
    rf"maximum (?:context|prompt|model) length (?:is|of) {_N}",
    rf"tokens > {_N} maximum",
    rf"exceed context limit: [\d,]{{1,12}} \+ [\d,]{{1,12}} > {_N}",
    rf"maximum number of tokens allowed {_N}",
    rf"only supports up to {_N}",
    rf"too large for model with {_N} maximum context",
    rf"available context size {_N}",
    r"available context size \(([\d,]{1,12}) tokens",
    rf"must be <= {_N}",
)
_USES: Final = (
    rf"(?:resulted in|requested(?: about)?|request contains|prompt contains) {_N}",
    rf"prompt is too long: {_N} tokens",
    rf"exceed context limit: {_N} \+ {_N} >",
    rf"input token count (?:is )?{_N}",
    rf"prompt \(length {_N}",
    rf"request {_N} tokens\)? exceeds",
    rf"given: {_N}",
)
_LIMIT: Final = tuple(map(re.compile, _LIMITS))
_USE: Final = tuple(map(re.compile, _USES))


def context_use_of(message: str) -> ContextUse | None:
    """Return the tokens that a refusal in lower case names; none when it names none."""
    limit = next(_sums(_LIMIT, message), None)
    used = next(_sums(_USE, message), None)
    return None if limit is None and used is None else ContextUse(limit=limit, used=used)


def _sums(patterns: tuple[re.Pattern[str], ...], message: str) -> Iterator[int]:
    for pattern in patterns:
        found = pattern.search(message)
        if found is not None and (parts := [part.replace(",", "") for part in found.groups()]) and all(parts):
            yield sum(map(int, parts))
