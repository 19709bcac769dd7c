"""Validators of schemas that refer to others of one OpenAPI document."""

import json
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, Registry

_DOCUMENT: Final = "urn:document"


class Schemas:
    """Makes the validators; the document is read once for all of them."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._registry = Registry([(_DOCUMENT, document)])
        self._made: dict[str, Draft202012Validator] = {}

    def validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        """Return that of a schema in the document, or of one made of such."""
        absolute = json.dumps(schema).replace('"$ref": "#/', f'"$ref": "{_DOCUMENT}#/')
        if absolute not in self._made:
            self._made[absolute] = Draft202012Validator(json.loads(absolute), registry=self._registry)
        return self._made[absolute]

    def faults(self, schema: dict[str, Any], value: object) -> list[str]:
        """Return what the schema says against a value."""
        return [f"{error.instance_path}: {error.message[:300]}" for error in self.validator(schema).iter_errors(value)]
