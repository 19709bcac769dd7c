"""Mistral: capabilities for each model, and each model once for each of its aliases."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.error_mapping.provider_rules import MISTRAL as RULES
from adapters.providers.json_values import mapping, retirement_day, words
from adapters.providers.model_listing import Entry
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import LISTED, ServiceProfile, probe_list, whole_list
from adapters.providers.prompting.media_support import MediaSupport
from application.ports.provider_gateway import OfferedModel, Preset

_UNDERSTOOD: Final = frozenset({"capabilities", "deprecation", "archived"})
_OUR_WORDS: Final = {
    "function_calling": "function_calling",
    "reasoning": "reasoning",
    "completion_fim": "fill_in_middle",
    "fine_tuning": "fine_tuning",
    "vision": "vision",
    "ocr": "ocr",
    "classification": "classification",
    "moderation": "moderation",
    "audio": "audio_input",
    "audio_transcription": "transcription",
    "audio_speech": "audio_output",
}


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model = read_common(entry, _UNDERSTOOD)
    if model is None:
        return None
    can = {name for name, value in mapping(entry.get("capabilities")).items() if value is True}
    has_capabilities = isinstance(entry.get("capabilities"), dict)
    retires_on = retirement_day(entry.get("deprecation"))
    return replace(
        model,
        type=_type(can),
        capabilities=tuple(sorted(_OUR_WORDS[name] for name in can if name in _OUR_WORDS))
        if has_capabilities
        else None,
        lifecycle="retired" if entry.get("archived") is True else "deprecated" if retires_on else None,
        retires_on=retires_on,
    )


def _type(can: set[str]) -> str | None:
    """An embedding model has none of the capabilities, and neither has a model of a new kind: that is not known."""
    if "completion_chat" in can:
        return "multimodal" if can & {"vision", "audio"} else "language"
    for capability, model_type in (
        ("ocr", "vision"),
        ("moderation", "moderation"),
        ("audio_transcription", "audio"),
        ("audio_transcription_realtime", "audio"),
        ("audio_speech", "audio"),
        ("completion_fim", "language"),
    ):
        if capability in can:
            return model_type
    return None


def without_aliases(document: object) -> list[Entry] | None:
    """Find the entries, one for each model: the one whose id is the model's own name, or else the first."""
    entries = LISTED(document)
    return None if entries is None else list(_merged(entries))


def _merged(entries: Iterable[Entry]) -> Iterable[Entry]:
    groups: list[list[Entry]] = []
    group_of: dict[str, list[Entry]] = {}
    for entry in entries:
        names = _names(entry)
        group = next((group_of[name] for name in names if name in group_of), None)
        if group is None:
            groups.append(group := [])
        group.append(entry)
        group_of |= dict.fromkeys(names, group)
    for group in groups:
        chosen = next((entry for entry in group if entry.get("id") == entry.get("name")), group[0])
        aliases = {name for entry in group for name in _names(entry)} - {chosen.get("id")}
        yield dict(chosen) | ({"aliases": sorted(aliases)} if aliases else {})


def _names(entry: Entry) -> list[str]:
    model_id = entry.get("id")
    return [*([model_id] if isinstance(model_id, str) else []), *(words(entry.get("aliases")) or ())]


MISTRAL: Final = ServiceProfile(
    preset=Preset(
        name="mistral",
        label="Mistral",
        endpoint="https://api.mistral.ai/v1",
        needs_key=True,
        settings={"preset": "mistral"},
    ),
    rules=RULES,
    probe=probe_list(proves_key=True, list_of=without_aliases),
    list_models=whole_list(read_model, without_aliases),
    options=ChatOptions(
        media=MediaSupport(
            label="Mistral", image_types=frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
        ),
        asks_for_usage=False,
        thoughts_in_content=True,
    ),
)
