"""The names of a model at its provider: an alias of an offered model is that model, not one that is missing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

# Google writes its ids with and without it; Ollama takes a name without a tag for its latest one.
_GOOGLE_PREFIX: Final = "models/"
_OLLAMA_TAG: Final = ":latest"


def aliases_of(model_id: str, extras: Mapping[str, Any]) -> list[str]:
    """Return the other names of an offered model, those in its provider's own list first."""
    listed = extras.get("aliases")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    if model_id.endswith(_OLLAMA_TAG):
        names.append(model_id.removesuffix(_OLLAMA_TAG))
    return [name for name in dict.fromkeys(names) if name and name != model_id]


class ModelNames:
    """Finds offered models by any of their names. A model's own id comes before an alias of another."""

    def __init__(self, aliases: Mapping[str, Iterable[str]]) -> None:
        """Take the aliases of the models by id, in the provider's order."""
        self._ids = {name: model_id for model_id, names in aliases.items() for name in names}
        self._ids |= {model_id: model_id for model_id in aliases}

    def __contains__(self, name: str) -> bool:
        return name in self._ids

    def __iter__(self) -> Iterator[str]:
        """Yield every name."""
        return iter(self._ids)

    def find(self, name: str, aliases: Iterable[str] = ()) -> str | None:
        """Return the id of the offered model of this name, else of the first of these aliases that is one's name."""
        candidates = (name, name.removeprefix(_GOOGLE_PREFIX), *aliases)
        return next((self._ids[candidate] for candidate in candidates if candidate in self._ids), None)
