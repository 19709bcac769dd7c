"""The models in `models.json`."""

import json
import re
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final, Self

from domain.model.values import Lifecycle

# gpt-4o-2024-08-06, claude-3-opus-20240229, gpt-4-0613, gemini-2.0-flash-001; but not the year of -04-2026.
_VERSION: Final = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{3}|(?<!-\d\d-)\d{4})$")
FINE_TUNED: Final = "ft:"
"""What the id of a model begins with that a user trained further; the id of the model it was made from follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the file contains about a model and its aliases; none where it has nothing.

    `ids` are its own and its aliases; `price_id` is its name in genai-prices where that has it under none of these, or
    under a wrong one.
    """

    name: str | None
    type: str | None
    capabilities: tuple[str, ...] | None
    context_window: int | None
    max_tokens: int | None
    lifecycle: str | None
    retires_on: str | None
    ids: tuple[str, ...]
    price_id: str | None

    def lifecycle_on(self, day: date) -> str | None:
        """Return its lifecycle on that day: what is announced to retire does so without a new release of the file."""
        return Lifecycle(lifecycle=self.lifecycle, retires_on=self.retires_on).on(day).lifecycle


class KnownModels:
    """The entries by service and model id, aliases included."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Take the document of the file; a test of the file checks that it is sound."""
        self._entries = {
            (service, model_id): entry
            for service, rows in document["models"].items()
            for row in rows
            for entry in [_entry(row)]
            for model_id in entry.ids
        }

    @classmethod
    def packaged(cls) -> Self:
        """Read the file that comes with the service."""
        return cls(json.loads(files("adapters.catalogue").joinpath("models.json").read_text("utf-8")))

    def find(self, service: str, model_id: str) -> Entry | None:
        """Return the entry of exactly this id, or that of the model it is a fine-tuned one of (`ft:gpt-4o:...`)."""
        if model_id.startswith(FINE_TUNED):
            model_id = model_id.split(":")[1]
        return self._entries.get((service, model_id))


def version_of(model_id: str) -> str | None:
    """Return the date or number at the end of a model id, which names a snapshot."""
    found = _VERSION.search(model_id)
    return found[1] if found else None


def _entry(row: dict[str, Any]) -> Entry:
    capabilities = row.get("capabilities")
    return Entry(
        name=row.get("name"),
        type=row.get("type"),
        capabilities=None if capabilities is None else tuple(capabilities),
        context_window=row.get("context_window"),
        max_tokens=row.get("max_tokens"),
        lifecycle=row.get("lifecycle"),
        retires_on=row.get("retires_on"),
        ids=(row["id"], *row.get("aliases", ())),
        price_id=row.get("price_id"),
    )
