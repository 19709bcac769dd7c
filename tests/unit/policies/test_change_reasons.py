"""Reasons stay in the log for ever, so that evident personal data and secrets never get there."""

import pytest

from application.policies.change_reasons import refused_in_a_reason


@pytest.mark.parametrize(
    "reason",
    [
        "Costs too much, ticket 7",
        "OPS-1234: reverted by @oncall",
        "commit 3f2a9c0d1e5b7a8899aabbccddeeff0011223344",
        "provider 0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d was moved, see https://tickets.example.org/7?from=mail",
        "task-management-is-not-what-this-is-for",
        "Größere Kontexte für die Übersetzung",
        "« trop cher », d\u2019après le ticket\u00a07",
        "价格变更\u3000见工单",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f4bb",
    ],
)
def test_what_people_usually_say_is_taken(reason: str) -> None:
    assert refused_in_a_reason(reason) is None


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("as anna@example.org wants it", "no e-mail addresses"),
        ("Anna Smith <anna.smith@mail.example.org>", "no e-mail addresses"),
        ("the key sk-proj-abcdefghijklmnop was leaked", "no keys"),
        ("AIzaSyA1234567890abcdefghijklmno", "no keys"),
        ("with Bearer abcdefghijklmnop", "no keys"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.x", "no keys"),
        ("gsk_abcdefghijklmnopqrst", "no keys"),
        ("", "1 to 500"),
        ("x" * 501, "1 to 500"),
        ("two\nlines", "printable"),
        ("two\u2028lines", "printable"),
        ("turned \u202e around", "printable"),
        ("turned \u2066 around", "printable"),
        ("caf\u00e9\u200b", "printable"),
        ("\x85", "printable"),
        ("\ud800", "printable"),
        ("\ue000", "printable"),
    ],
)
def test_what_must_not_stay_is_refused(reason: str, expected: str) -> None:
    assert expected in (refused_in_a_reason(reason) or "")
