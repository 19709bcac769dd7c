"""Offered models as plain JSON values, to be kept and compared."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from application.ports.provider_gateway import OfferedModel
from domain.model.values import PRICED_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = tuple(field.name for field in fields(OfferedModel))


def offer_document(offered: OfferedModel) -> dict[str, Any]:
    """Return the offer as JSON values: amounts as text, what is not known left out."""
    document = {name: value for name in _NAMES if (value := getattr(offered, name)) not in (None, {})}
    for name in PRICED_KINDS:
        if name in document:
            document[name] = format(document[name], "f")
    if "capabilities" in document:
        document["capabilities"] = list(document["capabilities"])
    return document


def offer_from(document: Mapping[str, Any]) -> OfferedModel:
    """Return the offer that a document was made of; what an older or newer version wrote besides is left out."""
    values = {name: document[name] for name in _NAMES if name in document}
    for name in PRICED_KINDS:
        if name in values:
            values[name] = Decimal(values[name])
    if "capabilities" in values:
        values["capabilities"] = tuple(values["capabilities"])
    return OfferedModel(**values)
