"""The error rules of the built-in provider types: specific rules first, then common ones."""

import re
from dataclasses import replace
from typing import Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_rule import ErrorRule, ProviderRules
from adapters.providers.error_mapping.openai_rules import OPENAI_STYLE, OUT_OF_MONEY

OPENAI: Final = ProviderRules(label="OpenAI", rules=OPENAI_STYLE)

AZURE: Final = ProviderRules(
    label="Azure OpenAI",
    rules=(
        ErrorRule(
            replace(
                error_kinds.BAD_KEY,
                hint="Check the key and that the endpoint is the resource it belongs to: both give the same answer.",
            ),
            statuses={401},
            message=re.compile(r"invalid subscription key|wrong api endpoint"),
        ),
        ErrorRule(
            error_kinds.KEY_RESTRICTED,
            statuses={401, 403},
            message=re.compile(r"virtual network|firewall|public access is disabled"),
        ),
        ErrorRule(error_kinds.NO_SUCH_MODEL, codes={"deploymentnotfound"}),
        ErrorRule(
            replace(
                error_kinds.NO_SUCH_PATH,
                hint="Give the resource's root as endpoint, without a deployment's path, and check apiVersion.",
            ),
            statuses={404},
            message=re.compile(r"resource not found"),
        ),
        *OPENAI_STYLE,
    ),
)

# 401 is also what a good key gets when its quota is used up, to the byte (OmniRoute#7638).
_MISTRAL_401: Final = replace(
    error_kinds.BAD_KEY,
    message="{label} refuses the key, or its quota is used up: it answers both alike.",
    hint="Look at the workspace's usage and limits first; if there is quota left, replace the key.",
    authenticated=None,
)

OPENROUTER: Final = ProviderRules(label="OpenRouter", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
MISTRAL: Final = ProviderRules(
    label="Mistral",
    rules=(ErrorRule(_MISTRAL_401, statuses={401}, message=re.compile(r"^unauthorized$")), OUT_OF_MONEY, *OPENAI_STYLE),
)
GROQ: Final = ProviderRules(label="Groq", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
DEEPSEEK: Final = ProviderRules(label="DeepSeek", rules=(OUT_OF_MONEY, *OPENAI_STYLE))
XAI: Final = ProviderRules(
    label="xAI",
    rules=(
        # A bad key is a 400 here, and the error is a plain string (beeai-framework#447).
        ErrorRule(
            error_kinds.BAD_KEY,
            statuses={400, 401},
            message=re.compile(r"incorrect api key|invalid api key|api key not found"),
        ),
        OUT_OF_MONEY,
        ErrorRule(
            error_kinds.ACCOUNT_CLOSED,
            statuses={403},
            message=re.compile(r"\b(?:team|api key) is (?:currently )?blocked"),
        ),
        ErrorRule(error_kinds.NO_PERMISSION, statuses={403}, message=re.compile(r"does not have permission")),
        *OPENAI_STYLE,
    ),
)
TOGETHER: Final = ProviderRules(label="Together AI", rules=(OUT_OF_MONEY, *OPENAI_STYLE))

_NO_SUCH_LOCAL_MODEL: Final = ErrorRule(
    replace(
        error_kinds.NO_SUCH_MODEL, hint="Pull or load the model on the server, then try again.", authenticated=None
    ),
    statuses={404},
    message=re.compile(r"^model ['\"`]|model .{1,200} (?:not found|does not exist)"),
)
OLLAMA: Final = ProviderRules(label="Ollama", rules=(_NO_SUCH_LOCAL_MODEL, *OPENAI_STYLE))
VLLM: Final = ProviderRules(label="vLLM", rules=(_NO_SUCH_LOCAL_MODEL, *OPENAI_STYLE))
LLAMACPP: Final = ProviderRules(
    label="llama.cpp",
    rules=(
        ErrorRule(
            replace(error_kinds.OVERLOADED, message="{label} is still loading its model."),
            statuses={503},
            message=re.compile(r"loading model"),
        ),
        _NO_SUCH_LOCAL_MODEL,
        *OPENAI_STYLE,
    ),
)
COMPATIBLE: Final = ProviderRules(
    label="The server",
    rules=(
        OUT_OF_MONEY,
        *OPENAI_STYLE,
        # Google's OpenAI-compatible endpoint, and xAI without its preset.
        ErrorRule(
            error_kinds.BAD_KEY,
            statuses={400},
            message=re.compile(r"incorrect api key|api key not valid|api key not found|invalid api key"),
        ),
        ErrorRule(error_kinds.NO_LIST_HERE, statuses={404, 405, 501}),
    ),
)
