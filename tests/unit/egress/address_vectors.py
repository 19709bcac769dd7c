"""URLs and addresses that were used, or could be, to reach what is not public; each with the reason."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

_VECTORS: Final = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def _cases(section: str, *fields: str) -> list[Any]:
    return [
        pytest.param(*(vector[field] for field in fields), id=vector.get("why") or vector["url"])
        for vector in _VECTORS[section]
    ]


REFUSED_URLS: Final[list[str]] = [vector["url"] for vector in _VECTORS["refused urls"]]
REFUSED_BASE_URLS: Final[list[str]] = [vector["url"] for vector in _VECTORS["refused base urls"]]
REFUSED_ADDRESSES: Final = [
    pytest.param(vector["address"], id=f"{vector['why']} {vector['address']}")
    for vector in _VECTORS["refused addresses"]
]
ACCEPTED: Final = _cases("accepted", "url", "normal", "origin")
