"""vLLM: the list tells the context length, and answers even when the engine behind it has died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address, without_version
from adapters.providers.chat_completions.options import ChatOptions
from adapters.providers.compatible.service import LISTED, Service, one_page
from adapters.providers.concurrency import side_by_side
from adapters.providers.exchange import FOR_A_PROBE, Exchange
from adapters.providers.listing import counted
from adapters.providers.verdicts.dialects import VLLM as DIALECT
from adapters.providers.wire.media import MediaSupport
from application.ports.provider_gateway import Preset

if TYPE_CHECKING:
    from application.ports.provider_adapter import Finding

_SERVER_ERRORS: Final = range(500, 600)


async def _probe(exchange: Exchange, endpoint: str) -> Finding:
    """Ask for the list and for the engine's health; a proxy in front may not let the latter through."""
    listed, health = await side_by_side(
        exchange.get(address(endpoint, "models"), FOR_A_PROBE),
        exchange.get(address(without_version(endpoint), "health"), FOR_A_PROBE),
    )
    finding = counted(listed, LISTED, proves_key=False)
    is_sick = finding.category == "ok" and health.status in _SERVER_ERRORS
    return health.refusal().counted(finding.model_count) if is_sick else finding


VLLM: Final = Service(
    preset=Preset(
        name="vllm",
        label="vLLM",
        endpoint="http://localhost:8000/v1",
        needs_key=False,
        settings={"preset": "vllm"},
    ),
    dialect=DIALECT,
    probe=_probe,
    list_models=one_page(),
    options=ChatOptions(media=MediaSupport(label="vLLM")),
)
