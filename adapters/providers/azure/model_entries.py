"""Azure's two lists: the base models of the resource's region, and the deployments, under whose names one calls."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.extra_fields import extras_of
from adapters.providers.json_values import dated_id, day, mapping, model_id_of, retirement_day, text
from application.ports.provider_gateway import OfferedModel

_UNDERSTOOD: Final = frozenset({"id", "object", "created_at", "deprecation", "lifecycle_status", "status"})


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the base model of an entry; none without an id."""
    model_id = model_id_of(entry.get("id"))
    if model_id is None:
        return None
    return OfferedModel(
        model_id=model_id,
        version=dated_id(model_id),
        type=_type(mapping(entry.get("capabilities"))),
        lifecycle=_lifecycle(entry),
        retires_on=retirement_day(mapping(entry.get("deprecation")).get("inference")),
        created_on=day(entry.get("created_at")),
        extras=extras_of(entry, _UNDERSTOOD),
    )


def read_deployment(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the deployment of an entry, with the model behind its name."""
    model_id = model_id_of(entry.get("id"))
    if model_id is None:
        return None
    return OfferedModel(
        model_id=model_id,
        version=dated_id(text(entry.get("model")) or ""),
        base_model=text(entry.get("model")),
        created_on=day(entry.get("created_at")),
        extras=extras_of(entry, _UNDERSTOOD),
    )


def _type(can: Mapping[str, Any]) -> str | None:
    """A chat model may read images or not: the list does not have it."""
    if can.get("chat_completion") is True:
        return None
    if can.get("embeddings") is True:
        return "embedding"
    return "language" if can.get("completion") is True else None


def _lifecycle(entry: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of the words of OfferedModel
    words = {"preview": "preview", "generally-available": "active", "deprecating": "deprecated"}
    status = entry.get("lifecycle_status")
    return words.get(status, "deprecated" if status == "deprecated" else None) if isinstance(status, str) else None
