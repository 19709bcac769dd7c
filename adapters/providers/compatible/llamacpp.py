"""llama.cpp's server: one list in OpenAI's words and in Ollama's, open to anybody even when a key is set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.addresses import address, without_version
from adapters.providers.chat_completions.options import ChatOptions
from adapters.providers.compatible.models import read_common
from adapters.providers.compatible.service import Service, one_page, probe_list
from adapters.providers.concurrency import side_by_side
from adapters.providers.exchange import FOR_A_PROBE, Exchange
from adapters.providers.listing import counted, only_entries, under
from adapters.providers.reading import mapping, tokens, words
from adapters.providers.verdicts.dialects import LLAMACPP as DIALECT
from adapters.providers.wire.media import MediaSupport
from application.ports.provider_gateway import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.providers.listing import Entry
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel

_WRONG_KEY: Final = 401
_CAN: Final = "capabilities"


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; its id may be a path of Windows."""
    model = read_common(entry, {_CAN})
    can = words(entry.get(_CAN)) or ()
    if model is None:
        return None
    model_type = "multimodal" if "multimodal" in can else "language" if "completion" in can else None
    return replace(model, type=model_type, context_window=tokens(mapping(entry.get("meta")).get("n_ctx")))


def _listed(document: object) -> list[Entry] | None:
    """Find OpenAI's entries, with the capabilities that only the other half of the list tells."""
    entries = under("data")(document)
    own = only_entries(mapping(document).get("models")) or []
    can = {entry.get("name"): entry.get(_CAN) for entry in own if isinstance(entry.get("name"), str)}
    return None if entries is None else [{**entry, _CAN: can.get(_hashable(entry.get("id")))} for entry in entries]


def _hashable(value: object) -> str | None:
    return value if isinstance(value, str) else None


async def _probe(exchange: Exchange, endpoint: str) -> Finding:
    """Ask for the list and, with a key, for the server's properties, which are behind the key."""
    if not exchange.has_key:
        return await _probe_list(exchange, endpoint)
    listed, properties = await side_by_side(
        exchange.get(address(endpoint, "models"), FOR_A_PROBE),
        exchange.get(address(without_version(endpoint), "props"), FOR_A_PROBE),
    )
    finding = counted(listed, _listed, proves_key=False)
    is_refused = finding.category == "ok" and properties.status == _WRONG_KEY
    return properties.refusal() if is_refused else finding


_probe_list: Final = probe_list(proves_key=False, list_of=_listed)

LLAMACPP: Final = Service(
    preset=Preset(
        name="llamacpp",
        label="llama.cpp",
        endpoint="http://localhost:8080/v1",
        needs_key=False,
        settings={"preset": "llamacpp"},
    ),
    dialect=DIALECT,
    probe=_probe,
    list_models=one_page(read_model, _listed),
    options=ChatOptions(media=MediaSupport(label="llama.cpp")),
)
