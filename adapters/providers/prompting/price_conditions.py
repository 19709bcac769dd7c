"""What the price of an answer depends on besides its tokens."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.prompting.parsed_completion import ParsedCompletion

# By OpenAI and Azure, Anthropic and Google, Groq.
_ORDINARY: Final = frozenset({"default", "standard", "on_demand"})
# Values of a request that name no tier: the provider chooses.
_LEFT_OPEN: Final = frozenset({"auto", "standard_only"})
# Where Gemini reports which tier has served a request.
_TIER_HEADER: Final = "x-gemini-service-tier"
_UNITED_STATES: Final = "us"
# Longer than the name of any tier or speed. Clients and headers may contain anything, and prices are cached by it.
_LONGEST_NAME: Final = 64


def price_conditions(
    parsed: ParsedCompletion, headers: Mapping[str, str], body: Mapping[str, Any]
) -> Mapping[str, str]:
    """Return the service tier, the speed and the region where they are not the ordinary ones.

    The answer reports the conditions it was served at; where it does not, they are the requested ones.
    """
    asked = body.get("service_tier") or body.get("serviceTier")
    if not isinstance(asked, str) or asked.lower() in _LEFT_OPEN:
        asked = None
    tier = parsed.service_tier or headers.get(_TIER_HEADER) or asked
    conditions = {} if tier is None or tier.lower() in _ORDINARY else {"service_tier": tier[:_LONGEST_NAME].lower()}
    speed = parsed.speed or body.get("speed")
    if isinstance(speed, str) and speed not in _ORDINARY:
        conditions["speed"] = speed[:_LONGEST_NAME]
    if parsed.region == _UNITED_STATES:
        conditions["inference_geo"] = parsed.region
    if body.get("web_search_options") is not None:
        conditions["web_search_options"] = "used"
    return conditions
