"""DeepSeek: a list of bare ids, and an endpoint for the balance, which is the best test of a key."""

from typing import Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url, without_version
from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.provider_rules import DEEPSEEK as RULES
from adapters.providers.json_values import mapping
from adapters.providers.model_listing import counted
from adapters.providers.openai_compatible.service_profile import LISTED, ServiceProfile, whole_list
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import CallOutcome, Preset


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    """Request the balance, which is at the server's root, and the list."""
    balance, listed = await gather_or_cancel(
        exchange.get(endpoint_url(without_version(endpoint), "user", "balance"), PROBE_LIMITS),
        exchange.get(endpoint_url(endpoint, "models"), PROBE_LIMITS),
    )
    is_available = mapping(balance.document).get("is_available")
    if not isinstance(is_available, bool):
        return balance.refusal()
    outcome = counted(listed, LISTED)
    return outcome if is_available else balance.outcome_for(error_kinds.CREDIT_EXHAUSTED).counted(outcome.model_count)


DEEPSEEK: Final = ServiceProfile(
    preset=Preset(
        name="deepseek",
        label="DeepSeek",
        endpoint="https://api.deepseek.com",
        needs_key=True,
        settings={"preset": "deepseek"},
    ),
    rules=RULES,
    probe=_probe,
    list_models=whole_list(),
    options=ChatOptions(
        media=MediaSupport(label="DeepSeek", takes_documents=False), reasoning_field="reasoning_content"
    ),
)
