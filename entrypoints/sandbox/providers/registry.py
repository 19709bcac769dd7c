"""Every provider by its name."""

from collections.abc import Mapping

from entrypoints.sandbox.providers.anthropic.provider import ANTHROPIC
from entrypoints.sandbox.providers.azure import AZURE
from entrypoints.sandbox.providers.deepseek import DEEPSEEK
from entrypoints.sandbox.providers.google.provider import GOOGLE
from entrypoints.sandbox.providers.groq import GROQ
from entrypoints.sandbox.providers.llamacpp import LLAMACPP
from entrypoints.sandbox.providers.mistral import MISTRAL
from entrypoints.sandbox.providers.ollama import OLLAMA
from entrypoints.sandbox.providers.openai.provider import OPENAI
from entrypoints.sandbox.providers.openrouter import OPENROUTER
from entrypoints.sandbox.providers.provider import Provider
from entrypoints.sandbox.providers.together import TOGETHER
from entrypoints.sandbox.providers.vllm import VLLM
from entrypoints.sandbox.providers.xai import XAI

_ALL = (
    OPENAI,
    ANTHROPIC,
    GOOGLE,
    AZURE,
    OPENROUTER,
    MISTRAL,
    GROQ,
    DEEPSEEK,
    XAI,
    TOGETHER,
    OLLAMA,
    VLLM,
    LLAMACPP,
)

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in _ALL}
