"""The dialects of the built-in types: each provider's particular refusals before the common ones."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.openai_style import OPENAI_STYLE, OUT_OF_MONEY
from adapters.providers.verdicts.rules import Dialect, Rule

OPENAI: Final = Dialect(label="OpenAI", rules=OPENAI_STYLE)

AZURE: Final = Dialect(
    label="Azure OpenAI",
    rules=(
        Rule(
            verdict=replace(
                meanings.BAD_KEY,
                hint="Check the key and that the endpoint is the resource it belongs to: both give the same answer.",
            ),
            statuses=frozenset({401}),
            message=re.compile(r"invalid subscription key|wrong api endpoint"),
        ),
        Rule(
            verdict=meanings.KEY_RESTRICTED,
            statuses=frozenset({401, 403}),
            message=re.compile(r"virtual network|firewall|public access is disabled"),
        ),
        Rule(verdict=meanings.NO_SUCH_MODEL, codes=frozenset({"deploymentnotfound"})),
        Rule(
            verdict=replace(
                meanings.NO_SUCH_PATH,
                hint="Give the resource's root as endpoint, without a deployment's path, and check apiVersion.",
            ),
            statuses=frozenset({404}),
            message=re.compile(r"resource not found"),
        ),
        *OPENAI_STYLE,
    ),
)

# 401 is also what a good key gets when its quota is used up, to the byte (OmniRoute#7638).
_MISTRAL_401: Final = replace(
    meanings.BAD_KEY,
    says="{label} refuses the key, or its quota is used up: it answers both alike.",
    hint="Look at the workspace's usage and limits first; if there is quota left, replace the key.",
    authenticated=None,
)

OPENROUTER: Final = Dialect(label="OpenRouter", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
MISTRAL: Final = Dialect(
    label="Mistral",
    rules=(
        Rule(verdict=_MISTRAL_401, statuses=frozenset({401}), message=re.compile(r"^unauthorized$")),
        OUT_OF_MONEY,
        *OPENAI_STYLE,
    ),
)
GROQ: Final = Dialect(label="Groq", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
DEEPSEEK: Final = Dialect(label="DeepSeek", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
XAI: Final = Dialect(
    label="xAI",
    rules=(
        # A bad key is a 400 here, and the error is a plain string (beeai-framework#447).
        Rule(
            verdict=meanings.BAD_KEY,
            statuses=frozenset({400, 401}),
            message=re.compile(r"incorrect api key|invalid api key|api key not found"),
        ),
        OUT_OF_MONEY,
        Rule(
            verdict=meanings.ACCOUNT_CLOSED,
            statuses=frozenset({403}),
            message=re.compile(r"\b(?:team|api key) is (?:currently )?blocked"),
        ),
        Rule(
            verdict=meanings.NO_PERMISSION,
            statuses=frozenset({403}),
            message=re.compile(r"does not have permission"),
        ),
        *OPENAI_STYLE,
    ),
)
TOGETHER: Final = Dialect(label="Together AI", rules=(OUT_OF_MONEY, *OPENAI_STYLE))

_NO_SUCH_LOCAL_MODEL: Final = Rule(
    verdict=replace(
        meanings.NO_SUCH_MODEL, hint="Pull or load the model on the server, then try again.", authenticated=None
    ),
    statuses=frozenset({404}),
    message=re.compile(r"^model ['\"`]|model .{1,200} (?:not found|does not exist)"),
)
OLLAMA: Final = Dialect(label="Ollama", rules=(_NO_SUCH_LOCAL_MODEL, *OPENAI_STYLE))
VLLM: Final = Dialect(label="vLLM", rules=(_NO_SUCH_LOCAL_MODEL, *OPENAI_STYLE))
LLAMACPP: Final = Dialect(
    label="llama.cpp",
    rules=(
        Rule(
            verdict=replace(meanings.OVERLOADED, says="{label} is still loading its model."),
            statuses=frozenset({503}),
            message=re.compile(r"loading model"),
        ),
        _NO_SUCH_LOCAL_MODEL,
        *OPENAI_STYLE,
    ),
)
COMPATIBLE: Final = Dialect(
    label="The server",
    rules=(
        OUT_OF_MONEY,
        *OPENAI_STYLE,
        # Google's OpenAI-compatible endpoint, and xAI without its preset.
        Rule(
            verdict=meanings.BAD_KEY,
            statuses=frozenset({400}),
            message=re.compile(r"incorrect api key|api key not valid|api key not found|invalid api key"),
        ),
        Rule(verdict=meanings.NO_LIST_HERE, statuses=frozenset({404, 405, 501})),
    ),
)
