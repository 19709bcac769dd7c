"""The official clients, with nothing changed but address and key."""

import anthropic
import openai
from google import genai
from google.genai import types

from sandbox.server import Sandbox


def openai_client(sandbox: Sandbox, key: str = "valid", provider: str = "openai") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=sandbox.endpoint(provider), api_key=sandbox.key(provider, key), max_retries=0, timeout=10
    )


def anthropic_client(sandbox: Sandbox, key: str = "valid") -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        base_url=sandbox.endpoint("anthropic"), api_key=sandbox.key("anthropic", key), max_retries=0, timeout=10
    )


def google_client(sandbox: Sandbox, key: str = "valid", version: str = "v1beta") -> genai.Client:
    options = types.HttpOptions(base_url=f"{sandbox.url}/google", api_version=version, timeout=10_000)
    return genai.Client(api_key=sandbox.key("google", key), http_options=options)
