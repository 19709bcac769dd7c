"""Every provider by its name."""

from collections.abc import Mapping

from sandbox.providers.anthropic.provider import ANTHROPIC
from sandbox.providers.azure import AZURE
from sandbox.providers.deepseek import DEEPSEEK
from sandbox.providers.google.provider import GOOGLE
from sandbox.providers.groq import GROQ
from sandbox.providers.llamacpp import LLAMACPP
from sandbox.providers.mistral import MISTRAL
from sandbox.providers.ollama import OLLAMA
from sandbox.providers.openai.provider import OPENAI
from sandbox.providers.openrouter import OPENROUTER
from sandbox.providers.simulated_provider import SimulatedProvider
from sandbox.providers.together import TOGETHER
from sandbox.providers.vllm import VLLM
from sandbox.providers.xai import XAI

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

PROVIDERS: Mapping[str, SimulatedProvider] = {provider.name: provider for provider in _ALL}
