from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.egress.loopback import Canary

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def canary() -> Iterator[Canary]:
    bird = Canary()
    yield bird
    bird.close()
