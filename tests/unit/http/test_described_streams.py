"""Answers that come as streams are described event by event."""

import json
from typing import Any

import pytest

from tests.product_routes import product_document
from tests.schema_validators import Schemas

Streams = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def product() -> dict[str, Any]:
    return product_document()


@pytest.fixture(scope="module")
def streams(product: dict[str, Any]) -> Streams:
    """Give the contents that are streams, by path."""
    return {
        path: answer["content"]["text/event-stream"]
        for path, item in product["paths"].items()
        for operation in item.values()
        for answer in operation["responses"].values()
        if "text/event-stream" in answer.get("content", {})
    }


def data_of(stream: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what describes the data of each event."""
    return [event["properties"]["data"] for event in stream["schema"]["contentSchema"]["items"]["anyOf"]]


def test_each_kind_of_event_has_a_name_and_a_schema(product: dict[str, Any], streams: Streams) -> None:
    apis = {"/v1/chat/completions", "/v1/responses", "/v1/messages"}
    assert streams.keys() == {"/api/ai/generate", "/api/ai/events", *apis}
    names = {
        path: [event["title"] for event in stream["schema"]["contentSchema"]["items"]["anyOf"]]
        for path, stream in streams.items()
    }
    assert names["/api/ai/generate"] == ["delta", "reasoning", "toolCall", "done", "error"]
    assert names["/api/ai/events"] == ["data", "start-over", "end"]
    broken_off = data_of(streams["/api/ai/generate"])[-1]
    assert broken_off["contentSchema"] == {"$ref": "#/components/schemas/Problem"}
    chunk, done, _ = data_of(streams["/v1/chat/completions"])
    assert (chunk["contentSchema"], done) == ({"$ref": "#/components/schemas/ChatChunk"}, {"const": "[DONE]"})
    for path in ("/api/ai/generate", *apis):
        assert "application/json" in product["paths"][path]["post"]["responses"]["200"]["content"]


def test_the_example_reads_as_a_stream_of_what_is_described(product: dict[str, Any], streams: Streams) -> None:
    schemas = Schemas(product)
    for path, stream in streams.items():
        blocks = [block.split("\n") for block in stream["example"].removesuffix("\n\n").split("\n\n")]
        sent = [dict(line.split(": ", 1) for line in block) for block in blocks]
        assert schemas.faults(stream["schema"]["contentSchema"], sent) == [], path
        for event, data in zip(sent, data_of(stream), strict=True):
            if "contentSchema" in data:
                assert schemas.faults(data["contentSchema"], json.loads(event["data"])) == [], path
