from collections.abc import Iterator

import pytest

from tests.contract.egress.loopback import Canary


@pytest.fixture
def canary() -> Iterator[Canary]:
    bird = Canary()
    yield bird
    bird.close()
