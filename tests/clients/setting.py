"""An organization with an account at every provider that the sandbox plays, and accounts of which each goes wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from sandbox.magic_keys import KEYS
from sandbox.server import Sandbox
from tests.clients.judging import Setting, Upstream
from tests.e2e.api_client import Api, Document
from tests.e2e.sandbox_providers import TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which models of a provider are asked; `sees` and `thinks` are the first one where they are left out."""

    name: str
    provider: str
    chat: str
    sees: str = ""
    thinks: str | None = None
    embeds: str | None = None
    thoughts: Literal["always", "asked", "never"] = "never"
    handed_back: str | None = None


PLANS: Final = (
    _Plan(name="OpenAI", provider="openai", chat="gpt-4o", thinks="gpt-5", embeds="text-embedding-3-small",
          thoughts="asked", handed_back="encrypted_content"),
    _Plan(name="OpenAI, reasoning", provider="openai", chat="gpt-5.5", thinks="gpt-5.5", thoughts="asked",
          handed_back="encrypted_content"),
    _Plan(name="Anthropic 4.5", provider="anthropic", chat="claude-haiku-4-5", thinks="claude-haiku-4-5",
          thoughts="always", handed_back="signature"),
    _Plan(name="Anthropic 5.5", provider="anthropic", chat="claude-opus-5-5", thinks="claude-opus-5-5",
          thoughts="asked", handed_back="signature"),
    _Plan(name="Gemini 2.5", provider="google", chat="gemini-2.5-flash", thinks="gemini-2.5-flash",
          embeds="gemini-embedding-001", thoughts="asked"),
    _Plan(name="Gemini 3", provider="google", chat="gemini-3.8-flash", thinks="gemini-3.8-flash", thoughts="asked",
          handed_back="thoughtSignature"),
    _Plan(name="Mistral", provider="mistral", chat="mistral-large-latest", thinks="magistral-medium-latest",
          embeds="mistral-embed", thoughts="always"),
    _Plan(name="DeepSeek", provider="deepseek", chat="deepseek-chat", thinks="deepseek-reasoner", thoughts="always",
          handed_back="reasoning_content"),
    _Plan(name="OpenRouter", provider="openrouter", chat="openai/gpt-4o", thinks="anthropic/claude-sonnet-4.6",
          embeds="openai/text-embedding-3-small", thoughts="always", handed_back="reasoning_details"),
    _Plan(name="Ollama", provider="ollama", chat="llama3.2", sees="gemma3:12b", thinks="gpt-oss:20b",
          embeds="nomic-embed-text", thoughts="always"),
    _Plan(name="Azure", provider="azure", chat="gpt-4o", thinks="reasoner", embeds="embeddings"),
    _Plan(name="Groq", provider="groq", chat="llama-3.3-70b-versatile",
          sees="meta-llama/llama-4-scout-17b-16e-instruct", thinks="openai/gpt-oss-120b", thoughts="always"),
    _Plan(name="xAI", provider="xai", chat="grok-3", sees="grok-4.3", thinks="grok-3-mini", thoughts="always"),
    _Plan(name="Together", provider="together", chat="meta-llama/Llama-3.3-70B-Instruct-Turbo",
          sees="meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", thinks="openai/gpt-oss-120b",
          embeds="BAAI/bge-large-en-v1.5"),
    _Plan(name="vLLM", provider="vllm", chat="meta-llama/Llama-3.1-8B-Instruct"),
    _Plan(name="llama.cpp", provider="llamacpp", chat="anything"),
)  # fmt: skip
"""At least one for each protocol and each way of thinking."""

QUICK: Final = ("OpenAI", "OpenAI, reasoning", "Anthropic 5.5", "Gemini 3", "DeepSeek")
"""One for each protocol, for a run that has to be short."""

# By the names of the sandbox's keys, the first that the provider has. A limit waits long, so that it is passed on.
_ERRORS: Final = {
    "key": ("bad_key",),
    "limit": ("rate_limited_date", "rate_limited"),
    "money": ("insufficient_quota", "no_credit"),
    "overloaded": ("overloaded",),
    "broken": ("server_error",),
    "midstream": ("overloaded_mid_stream",),
}


async def prepared(api: Api, sandbox: Sandbox, names: Collection[str] = ()) -> Setting:
    """Register everything, for these upstreams or for all."""
    plans = [plan for plan in PLANS if not names or plan.name in names]
    errors: dict[str, dict[str, str]] = {}
    upstreams = []
    for plan in plans:
        if plan.provider not in errors:
            errors[plan.provider] = await _wrong_accounts(api, sandbox, plan)
        account = await _account(api, sandbox, plan.provider, "valid", plan.name)
        models: dict[str, str] = {}
        for model_id in (plan.chat, plan.sees, plan.thinks, plan.embeds):
            if model_id and model_id not in models:
                models[model_id] = f"{plan.name} {len(models) + 1}"
                await api.model(account, modelId=model_id, name=models[model_id])
        upstreams.append(
            Upstream(
                name=plan.name,
                provider=plan.provider,
                chat=models[plan.chat],
                sees=models[plan.sees or plan.chat],
                thinks=models[plan.thinks] if plan.thinks else None,
                embeds=models[plan.embeds] if plan.embeds else None,
                thoughts=plan.thoughts,
                handed_back=plan.handed_back,
                errors=errors[plan.provider],
            )
        )
    return Setting(url=api.url, token=api.token or "", sandbox=sandbox.url, upstreams=tuple(upstreams))


async def _wrong_accounts(api: Api, sandbox: Sandbox, plan: _Plan) -> dict[str, str]:
    """Register an account for each error that the provider has, and return the names of the models at them."""
    models = {}
    for kind, keys in _ERRORS.items():
        key = next((key for key in keys if key in KEYS[plan.provider]), None)
        # A spent quota of Mistral's cannot be distinguished from a wrong key.
        if key is not None and (plan.provider, kind) != ("mistral", "money"):
            account = await _account(api, sandbox, plan.provider, key, f"{plan.name}, {kind}")
            models[kind] = f"{plan.name}, {kind}"
            await api.model(account, modelId=plan.chat, name=models[kind])
    return models


async def _account(api: Api, sandbox: Sandbox, provider: str, key: str, name: str) -> Document:
    provider_type = TYPES.get(provider, "openai_compatible")
    return await api.provider(
        name=name,
        providerType=provider_type,
        endpoint=sandbox.endpoint(provider),
        apiKey=sandbox.key(provider, key),
        settings={"preset": provider} if provider_type == "openai_compatible" else {},
    )
