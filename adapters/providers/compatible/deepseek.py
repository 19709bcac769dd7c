"""DeepSeek: a list of bare ids, and a page that tells the balance, which is the best test of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address, without_version
from adapters.providers.chat_completions.options import ChatOptions
from adapters.providers.compatible.service import LISTED, Service, one_page
from adapters.providers.concurrency import side_by_side
from adapters.providers.exchange import FOR_A_PROBE, Exchange
from adapters.providers.listing import counted
from adapters.providers.reading import mapping
from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.dialects import DEEPSEEK as DIALECT
from adapters.providers.wire.media import MediaSupport
from application.ports.provider_gateway import Preset

if TYPE_CHECKING:
    from application.ports.provider_adapter import Finding


async def _probe(exchange: Exchange, endpoint: str) -> Finding:
    """Ask for the balance, which stands at the server's root, and for the list."""
    balance, listed = await side_by_side(
        exchange.get(address(without_version(endpoint), "user", "balance"), FOR_A_PROBE),
        exchange.get(address(endpoint, "models"), FOR_A_PROBE),
    )
    is_available = mapping(balance.document).get("is_available")
    if not isinstance(is_available, bool):
        return balance.refusal()
    finding = counted(listed, LISTED)
    return finding if is_available else balance.means(meanings.SPENT).counted(finding.model_count)


DEEPSEEK: Final = Service(
    preset=Preset(
        name="deepseek",
        label="DeepSeek",
        endpoint="https://api.deepseek.com",
        needs_key=True,
        settings={"preset": "deepseek"},
    ),
    dialect=DIALECT,
    probe=_probe,
    list_models=one_page(),
    options=ChatOptions(
        media=MediaSupport(label="DeepSeek", takes_documents=False), reasoning_field="reasoning_content"
    ),
)
