"""OpenAI's model list: ids and dates, and nothing of what a model is for.

Fields as of the OpenAPI description of August 2026; `shutdown_date` is new in 2026.
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.extra_fields import extras_of
from adapters.providers.json_values import dated_id, day, model_id_of, retirement_day
from application.ports.provider_gateway import OfferedModel

_UNDERSTOOD: Final = frozenset({"id", "object", "created", "shutdown_date"})


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model_id = model_id_of(entry.get("id"))
    if model_id is None:
        return None
    retires_on = retirement_day(entry.get("shutdown_date"))
    return OfferedModel(
        model_id=model_id,
        version=dated_id(model_id),
        lifecycle="deprecated" if retires_on else None,
        retires_on=retires_on,
        created_on=day(entry.get("created")),
        extras=extras_of(entry, _UNDERSTOOD),
    )
