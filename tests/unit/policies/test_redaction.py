import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.policies.redaction import LONGEST_QUOTE, REDACTED, redact
from application.policies.redaction import quote as quoted

KEY = 'sk-proj-T3BlbkFJ/a+b=c d"e\\f-0123456789wxyz'


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        KEY.upper(),
        KEY[:8],
        KEY[:20],
        KEY[7:30],
        KEY[-8:],
        quote(KEY, safe=""),
        quote(KEY, safe="").lower(),
        json.dumps(KEY)[1:-1],
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
        base64.b64encode(f"{KEY}:".encode()).decode(),
    ],
)
def test_no_form_of_a_secret_remains(echo: str) -> None:
    redacted = redact(f"Incorrect API key provided: {echo}. Find yours elsewhere.", [KEY])
    assert redacted.startswith(f"Incorrect API key provided: {REDACTED}")
    assert redacted.endswith(". Find yours elsewhere.")
    # Base64 may keep its last characters, which stand for less than three of the secret.
    assert len(redacted) <= len(f"Incorrect API key provided: {REDACTED}. Find yours elsewhere.") + 4


def test_a_half_masked_secret_loses_its_visible_beginning() -> None:
    assert redact(f"key {KEY[:12]}*******wxyz", [KEY]) == f"key {REDACTED}*******wxyz"


def test_every_secret_and_every_occurrence_is_taken_out() -> None:
    text = "first-secret, second-secret, first-secret"
    assert redact(text, ["first-secret", "second-secret"]) == f"{REDACTED}, {REDACTED}, {REDACTED}"


def test_a_short_secret_is_found_whole_only() -> None:
    assert redact("password hunter2, hunter", ["hunter2"]) == f"password {REDACTED}, hunter"


def test_text_without_a_secret_stays_as_it_is() -> None:
    assert redact("Rate limit reached for gpt-4o. İ 🔑", [KEY, None, ""]) == "Rate limit reached for gpt-4o. İ 🔑"


@given(st.text(min_size=8, max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_a_secret_is_never_left_in_whatever_text(secret: str, before: str, after: str) -> None:
    kept = redact(before + secret + after, [secret]).split(REDACTED)
    assert len(kept) > 1
    assert all(secret not in part for part in kept)


@given(st.text(max_size=700))
def test_what_others_say_becomes_one_short_line(text: str) -> None:
    line = quoted(text, [None])
    assert line is None or (line.isprintable() and 0 < len(line) <= LONGEST_QUOTE and "  " not in line)


@pytest.mark.parametrize(
    "key", [KEY, KEY[:20], "sk-ant-api03-0123456789abcdefgh", "AIza" + "x" * 35, "Bearer " + "y" * 20]
)
@pytest.mark.parametrize("lead", ["", "é" * 495])
def test_no_key_is_in_it_wherever_it_is_cut(key: str, lead: str) -> None:
    line = quoted(f"{lead}{key} was refused", [KEY])
    assert line is not None
    assert key[:8] not in line
    assert quoted(f"It is {quote(quote(key, safe=''), safe='')}.", [KEY]) is not None
    assert key[8:20] not in (quoted(f"It is {quote(quote(key, safe=''), safe='')}.", [KEY]) or "")


def test_what_is_empty_is_none() -> None:
    assert quoted(" \n\t ", [KEY]) is None
