"""What holds answers against their description notices what is missing and what is not described."""

from uuid import uuid4

import pytest

from tests.described_answers import as_described

PATH = f"/api/admin/organizations/{uuid4()}"
ORGANIZATION = {"id": str(uuid4()), "name": "ours", "revision": 1}


def test_an_answer_as_described_passes_and_so_does_what_is_not_described_here() -> None:
    as_described("PUT", PATH, 200, ORGANIZATION)
    for method, path, status in (("PUT", PATH, 299), ("PUT", "/nowhere", 200), ("DELETE", PATH, 204)):
        as_described(method, path, status, {"anything": 1})


@pytest.mark.parametrize(
    "answer", [ORGANIZATION | {"more": None}, {"id": ORGANIZATION["id"]}, ORGANIZATION | {"revision": "1"}]
)
def test_any_other_fails(answer: object) -> None:
    with pytest.raises(AssertionError, match="is not answered as described"):
        as_described("PUT", PATH, 200, answer)
