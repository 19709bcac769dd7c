"""Every provider by its name."""

from collections.abc import Mapping

from entrypoints.sandbox.providers.anthropic.provider import ANTHROPIC
from entrypoints.sandbox.providers.google.provider import GOOGLE
from entrypoints.sandbox.providers.openai.provider import OPENAI
from entrypoints.sandbox.providers.provider import Provider

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in (OPENAI, ANTHROPIC, GOOGLE)}
