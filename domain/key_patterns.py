"""Recognizes API keys in text. Texts with keys are refused in events, which are kept for ever and shown to viewers."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from domain.errors import InvalidValue

# Only beginnings that nothing but keys has, each with the length below which it could be a word: no bare hexadecimal
# (Azure, Mistral), which is the form of hashes and ids too. Sources: the providers' own documentation of keys, and
# GitHub's list of supported secret scanning patterns (docs.github.com/code-security/reference/secret-security).
_FORMS: Final = (
    r"sk-(?:proj|svcacct|admin|None)-[\w-]{16,}",  # OpenAI: platform.openai.com/docs/api-reference/authentication
    r"sk-ant-[\w-]{16,}",  # Anthropic: platform.claude.com/docs/en/api/overview
    r"sk-or-[\w-]{16,}",  # OpenRouter: openrouter.ai/docs/api-reference/authentication
    r"sk-[A-Za-z0-9]{20,}",  # OpenAI until 2024 (48), DeepSeek (32 hexadecimal), Moonshot
    r"AIza[\w-]{20,}",  # Google: ai.google.dev/gemini-api/docs/api-key (35 follow)
    r"gsk_[A-Za-z0-9]{20,}",  # Groq: console.groq.com/keys (52)
    r"xai-[A-Za-z0-9]{20,}",  # xAI: docs.x.ai (80)
    r"csk-[a-z0-9]{20,}",  # Cerebras (48)
    r"pplx-[A-Za-z0-9]{20,}",  # Perplexity (48)
    r"nvapi-[\w-]{20,}",  # NVIDIA (64)
    r"tgp_v1_[\w-]{20,}",  # Together (43)
    r"fw_[A-Za-z0-9]{20,}",  # Fireworks (22 or 24)
    r"r8_[A-Za-z0-9]{30,}",  # Replicate (37)
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face (34)
    r"mbk_\w{12,}",  # this service's own access keys
    r"whsec_[A-Za-z0-9+/]{16,}",  # webhooks' secrets: github.com/standard-webhooks/standard-webhooks
    r"hooks\.slack\.com/[a-z]+/[\w/-]{16,}",  # Slack's incoming webhooks, whose address is the secret
    r"gh[pousr]_[A-Za-z0-9]{30,}",  # GitHub, whose tokens open GitHub Models (36)
    r"github_pat_\w{22,}",  # GitHub, fine-grained
    r"glpat-[\w-]{20,}",  # GitLab
    r"A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # AWS: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers
    r"ABSK[A-Za-z0-9+/]{40,}",  # Amazon Bedrock's API keys
    r"eyJ[\w-]{8,}\.[\w-]{8,}",  # a JSON Web Token (RFC 7519)
    r"[Bb]earer\s+[\w.~+=]{16,}",  # RFC 6750
)
_FORM: Final = re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(_FORMS)})", re.ASCII)
_ENCODED: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_MOST_ENCODINGS: Final = 4

KEY_IN_TEXT: Final = "holds what looks like a key or a token, which the log would keep for ever and show to viewers"


def decodings(text: str) -> Iterator[str]:
    """Yield the text and its percent-decoded forms (RFC 3986, section 2.1), also of repeated encoding."""
    yield text
    for _ in range(_MOST_ENCODINGS):
        if "%" not in text:
            return
        decoded = _ENCODED.sub(_decoded, text)
        if decoded == text:
            return
        yield decoded
        text = decoded


def _decoded(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")


def has_key_form(text: str) -> bool:
    """Return whether the text contains a key of a known form, percent-encoded or not."""
    if "%" not in text:
        return _FORM.search(text) is not None
    return any(_FORM.search(decoded) is not None for decoded in decodings(text))


def without_keys(text: str, instead: str) -> str:
    """Return the text with every key of a known form replaced, or with all of it replaced if a key is encoded."""
    masked = _FORM.sub(instead, text)
    return instead if has_key_form(masked) else masked


def refuse_keys(facts: Mapping[str, object]) -> None:
    """Check the facts of an event.

    Raises:
        InvalidValue: a text or a member name in a fact has the form of a key; the error names the field.
    """
    for field, fact in facts.items():
        if any(map(has_key_form, _texts(fact))):
            raise InvalidValue(field, f"It {KEY_IN_TEXT}.")


def _texts(fact: object) -> Iterator[str]:
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, dict):
        for name, member in fact.items():
            yield from _texts(name)
            yield from _texts(member)
    elif isinstance(fact, list):
        for member in fact:
            yield from _texts(member)
