"""vLLM: the list has the context length, and answers even when the engine behind it has died."""

from typing import Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url, without_version
from adapters.providers.error_mapping.provider_rules import VLLM as RULES
from adapters.providers.model_listing import counted
from adapters.providers.openai_compatible.service_profile import LISTED, ServiceProfile, whole_list
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import CallOutcome, Preset

_SERVER_ERRORS: Final = range(500, 600)


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    """Request the list and the engine's health; a proxy in front may not let the latter through."""
    listed, health = await gather_or_cancel(
        exchange.get(endpoint_url(endpoint, "models"), PROBE_LIMITS),
        exchange.get(endpoint_url(without_version(endpoint), "health"), PROBE_LIMITS),
    )
    outcome = counted(listed, LISTED, proves_key=False)
    is_sick = outcome.category == "ok" and health.status in _SERVER_ERRORS
    return health.refusal().counted(outcome.model_count) if is_sick else outcome


VLLM: Final = ServiceProfile(
    preset=Preset(
        name="vllm",
        label="vLLM",
        endpoint="http://localhost:8000/v1",
        needs_key=False,
        settings={"preset": "vllm"},
    ),
    rules=RULES,
    probe=_probe,
    list_models=whole_list(),
    options=ChatOptions(media=MediaSupport(label="vLLM")),
)
