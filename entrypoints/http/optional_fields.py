"""Documents optional fields: nullable only where null has a meaning of its own.

In Python a field that was not sent is None. In the API it is absent, and a client in a strict language should neither
have to write such a null nor have to expect one.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

Schema = dict[str, Any]

_NULL: Final[Schema] = {"type": "null"}


@dataclass(frozen=True, slots=True)
class _Nullable:
    """Marks an optional field whose null says something that leaving it out does not."""


NULLABLE: Final = _Nullable()
"""For `Annotated`: an optional field that may also be null."""


def absent_not_null(schema: Schema, model: type[BaseModel]) -> None:
    """Take null out of the schema of each field that is None by default; for `json_schema_extra`."""
    for name, field in model.model_fields.items():
        if field.default is None and NULLABLE not in field.metadata:
            place = field.alias or name
            schema["properties"][place] = without_null(schema["properties"][place])


def without_null(schema: Schema) -> Schema:
    """Return what the schema allows besides null."""
    kept = {word: part for word, part in schema.items() if word not in {"anyOf", "default"}}
    branches = [branch for branch in schema.get("anyOf", []) if branch != _NULL]
    match branches:
        case []:
            return kept
        case [only]:
            return {**only, **kept}
    return {**kept, "anyOf": branches}
