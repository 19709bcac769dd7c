"""The lists do not age: models end as many days from today as they did from the day on which their file was written."""

from datetime import date
from functools import partial

import pytest

from sandbox.model_catalogue import SimulatedModel, load_catalogue

AS_OF = date(2026, 11, 30)


def ends(provider: str, field: str, today: date) -> dict[str, object]:
    """Return the end of each model that has one, as its file has it."""
    plain = partial(SimulatedModel, entry={}, snapshot="")
    rows = load_catalogue(provider, lambda row: plain(id=str(row["id"])), today).rows.values()
    return {str(row["id"]): row[field] for row in rows if row.get(field)}


@pytest.mark.parametrize(
    ("provider", "field", "model_id", "listed", "later"),
    [
        ("openai", "shutdown_date", "gpt-4o", "2027-01-14", "2028-04-14"),
        ("openai", "shutdown_date", "gpt-3.5-turbo", "2026-10-23", "2026-10-23"),
        ("anthropic", "retires_at", "claude-haiku-4-5-20251001", "2027-03-01T00:00:00Z", "2028-05-30T00:00:00Z"),
        ("anthropic", "retires_at", "claude-2.1", "2026-02-19T00:00:00Z", "2026-02-19T00:00:00Z"),
        ("mistral", "deprecation", "magistral-medium-2509", "2026-12-31T12:00:00Z", "2028-03-31T12:00:00Z"),
        ("azure", "deprecation", "gpt-4o-2024-05-13", {"inference": 1796083200}, {"inference": 1835481600}),
    ],
)
def test_an_end_that_lay_ahead_lies_as_far_ahead(
    provider: str, field: str, model_id: str, listed: object, later: object
) -> None:
    day = date(2028, 2, 29)
    assert ends(provider, field, AS_OF)[model_id] == listed
    assert ends(provider, field, day)[model_id] == later
