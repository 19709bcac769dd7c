"""Checks and changes that an earlier version kept, in the words of the API, are shown like those of this one."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import orjson

from application.health.health_checks import report_fields
from application.ports.provider_gateway import CallOutcome, TestReport, Timings
from entrypoints.http.answers import providers as answers
from entrypoints.http.answers.discovery import ChangeSet
from entrypoints.http.answers.response_model import document_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PROVIDER_ID = uuid4()


def test_checks() -> None:
    report = TestReport(
        status="healthy",
        reachable=True,
        outcome=CallOutcome("ok", "It answers.", authenticated=True, timings=Timings(connect_ms=1.5), model_count=3),
        response_time_ms=12.345,
        checked_at=NOON,
    )
    fields = report_fields(report)
    answer = answers.TestReport.model_validate(fields)
    answer.provider_id = PROVIDER_ID
    shown = orjson.loads(orjson.dumps(document_of(answer)))
    assert (shown["responseTimeMs"], shown["checkedAt"], shown["timings"]["connectMs"]) == (12.3, NOON.isoformat(), 1.5)
    assert "providerId" not in document_of(answers.TestReport.model_validate(fields))
    for kept in (shown, orjson.loads(orjson.dumps(fields))):
        again = answers.TestReport.model_validate({**kept, "provider_id": PROVIDER_ID})
        assert orjson.loads(orjson.dumps(document_of(again))) == shown


def test_changes() -> None:
    rest = {"missing": [], "registered": [], "added": ["b"], "returned": [], "gone": [], "since": NOON.isoformat()}
    fields = {"before": 8, "after": 16}
    amounts = {"before": "0.001", "after": None, "suspicious": False}
    now = {
        "changed": [{"model_id": "a", "fields": [{"field": "context_window", **fields}]}],
        "price_moved": [{"model_id": "a", "field": "input_per_1k_tokens", **amounts}],
    }
    then = {
        "changed": [{"modelId": "a", "fields": [{"field": "contextWindow", **fields}]}],
        "priceMoved": [{"modelId": "a", "field": "inputPer1kTokens", **amounts}],
        "price_moved": (),
    }
    shown = document_of(ChangeSet.model_validate(now | rest))
    assert shown == document_of(ChangeSet.model_validate(then | rest))
    assert shown["changed"] == [{"modelId": "a", "fields": [{"field": "contextWindow", **fields}]}]
    assert shown["priceMoved"] == [
        {"modelId": "a", "field": "inputPer1kTokens", "before": Decimal("0.001"), "after": None, "suspicious": False}
    ]
    assert (shown["since"], "gone" in shown) == (NOON, False)
