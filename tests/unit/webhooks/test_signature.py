"""Signatures, judged by the library of Standard Webhooks."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from application.webhooks.destination import hint_of
from application.webhooks.signature import SECRET_BYTES, secret_text, signed_headers

FIRST, SECOND = (secret_text(bytes([number]) * SECRET_BYTES) for number in (1, 2))
BODY = '{"text":"Größe"}'.encode()


def headers(*secrets: str) -> dict[str, str]:
    return dict(signed_headers(secrets, "msg_1", int(datetime.now(UTC).timestamp()), BODY))


def test_a_signature_is_as_the_library_makes_it() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    made = signed_headers([FIRST], "msg_1", int(now.timestamp()), BODY)
    assert made["webhook-signature"] == Webhook(FIRST).sign("msg_1", now, BODY.decode())


def test_two_secrets_make_two_signatures() -> None:
    both = headers(FIRST, SECOND)
    assert len(both["webhook-signature"].split(" ")) == 2
    for secret in (FIRST, SECOND):
        assert Webhook(secret).verify(BODY, both) == {"text": "Größe"}


def test_what_was_changed_is_not_accepted() -> None:
    for changed in ({"webhook-id": "msg_2"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AAAA"}):
        with pytest.raises(WebhookVerificationError):
            Webhook(FIRST).verify(BODY, headers(FIRST) | changed)


def test_a_hint_shows_four_characters() -> None:
    assert hint_of(FIRST) == f"…{FIRST.rstrip('=')[-4:]}"
    assert not FIRST.endswith(hint_of(FIRST))
