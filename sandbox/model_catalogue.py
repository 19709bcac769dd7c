"""A simulated provider's models, which tests may change between calls."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources

import orjson

from sandbox.json_fields import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedModel:
    """A simulated model: its list entry, and how it behaves when it is called."""

    id: str
    #: The entry of the list, exactly as the provider writes it.
    entry: JsonObject
    #: chat, embedding, image, ...: only chat models can be talked to.
    kind: str = "chat"
    vision: bool = False
    #: Thinks before it answers, and is billed for it.
    reasoning: bool = False
    #: The id that a response names; a dated snapshot when the model has one.
    snapshot: str
    #: Other ids under which it can be called; they are not listed unless the provider lists them.
    aliases: tuple[str, ...] = ()
    #: Largest number of input tokens, where it is looked at; and of output tokens. None when not known.
    input_limit: int | None = None
    output_limit: int | None = None
    #: active, deprecated or retired; a retired model is listed only on request and cannot be called.
    lifecycle: str = "active"


Row = Mapping[str, object]
MakeModel = Callable[[Row], SimulatedModel]


@dataclass(slots=True)
class ModelCatalogue:
    """Models in the provider's order; rows are in the format of the provider's file under `data/`."""

    rows: dict[str, Row]
    make: MakeModel
    _models: dict[str, SimulatedModel] = field(init=False)

    def __post_init__(self) -> None:
        """Build every model once, so that listing costs nothing."""
        self._models = {model_id: self.make(row) for model_id, row in self.rows.items()}

    def add(self, model_id: str, **fields: object) -> None:
        """Append a model to the list. Fields that are not given are copied from the first model."""
        pattern = next(iter(self.rows.values()), {})
        inherited = {name: value for name, value in pattern.items() if name not in {"snapshot", "aliases"}}
        self._put(model_id, {**inherited, **fields, "id": model_id})

    def change(self, model_id: str, **fields: object) -> None:
        """Change fields of a listed model.

        Raises:
            KeyError: the provider lists no such model.
        """
        self._put(model_id, {**self.rows[model_id], **fields, "id": model_id})

    def remove(self, model_id: str) -> None:
        """Remove a model.

        Raises:
            KeyError: the provider lists no such model.
        """
        del self.rows[model_id], self._models[model_id]

    def models(self) -> list[SimulatedModel]:
        """All models, retired ones included."""
        return list(self._models.values())

    def find(self, name: str) -> SimulatedModel | None:
        """The callable model with this id or alias."""
        model = self._models.get(name)
        if model is None:
            model = next((each for each in self._models.values() if name in each.aliases), None)
        return model if model is not None and model.lifecycle != "retired" else None

    def copied(self) -> "ModelCatalogue":
        """A catalogue with the same models, of which changes to this one take no notice."""
        copied = copy(self)
        copied.rows, copied._models = dict(self.rows), dict(self._models)  # noqa: SLF001 - of the same class
        return copied

    def _put(self, model_id: str, row: Row) -> None:
        self._models[model_id] = self.make(row)
        self.rows[model_id] = row


def load_catalogue(provider: str, make: MakeModel, today: date | None = None) -> ModelCatalogue:
    """The provider's models from its data file, fresh, so that no change outlives its sandbox.

    Ends that lie ahead on the file's day `as_of` are as many days ahead of today, so that the list does not age.
    """
    return _original(provider, make, today or datetime.now(UTC).date()).copied()


@cache
def _original(provider: str, make: MakeModel, today: date) -> ModelCatalogue:
    document = orjson.loads(resources.files("sandbox.data").joinpath(f"{provider}.json").read_bytes())
    rows, end = document["models"], document.get("end")
    if end is not None:
        as_of = date.fromisoformat(document["as_of"])
        rows = [{**row, end: _moved(row[end], as_of, today - as_of)} if end in row else row for row in rows]
    return ModelCatalogue({row["id"]: row for row in rows}, make)


def _moved(end: object, as_of: date, by: timedelta) -> object:
    """Return the end, in any provider's format, so much later if it lies after the day."""
    match end:
        case dict():
            return {name: _moved(part, as_of, by) for name, part in end.items()}
        case str() if (day := date.fromisoformat(end[:10])) > as_of:
            return f"{day + by}{end[10:]}"
        case int() if datetime.fromtimestamp(end, UTC).date() > as_of:
            return end + int(by.total_seconds())
    return end
