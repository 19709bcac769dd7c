"""Vectors in the shape of OpenAI's API."""

from base64 import b64decode
from struct import unpack
from typing import Any

import pytest
from pydantic import ValidationError

from entrypoints.http.compatible_apis.embeddings.bodies import EmbeddingBody
from entrypoints.http.compatible_apis.embeddings.conversions import embedding_row, inputs_of


@pytest.mark.parametrize(
    ("given", "texts", "tokens"),
    [
        ("one", ("one",), ()),
        (["one", "two"], ("one", "two"), ()),
        ([1, 2], (), ((1, 2),)),
        ([[1, 2], [3]], (), ((1, 2), (3,))),
    ],
)
def test_inputs_come_in_four_forms(given: Any, texts: Any, tokens: Any) -> None:  # noqa: ANN401 - JSON
    document = {"model": "m", "input": given, "user": "u", "task": "new", "encoding_format": "base64"}
    inputs = inputs_of(EmbeddingBody.model_validate(document), document)
    assert (inputs.texts, inputs.tokens) == (texts, tokens)
    assert inputs.others == {"user": "u", "task": "new"}


@pytest.mark.parametrize("given", ["", [], [""], [[]], ["one", 1], [-1], None, {"a": 1}])
def test_what_is_no_input_is_refused(given: Any) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(ValidationError):
        EmbeddingBody.model_validate({"model": "m", "input": given})


def test_vectors_go_as_numbers_or_as_the_sdks_decode_them() -> None:
    vector = [0.5, -1.25, 3.0]
    assert embedding_row(2, vector, in_base64=False) == {"object": "embedding", "index": 2, "embedding": vector}
    row = embedding_row(0, vector, in_base64=True)
    assert list(unpack("<3f", b64decode(row["embedding"]))) == vector
