"""What docs/webhooks.md says is so."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from application.projections.project_event import TOPICS
from application.webhooks.signature import SECRET_BYTES, secret_text, signed_headers

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")


def test_every_type_of_event_is_listed() -> None:
    listed = set(re.findall(r"`((?:provider|model|access-key|organization|webhook|member)\.[a-z-]+)`", PAGE))
    assert listed == TOPICS | {"webhook.test"}


def test_the_python_of_the_page_verifies_messages() -> None:
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    page: dict[str, Any] = {}
    exec(code, page)  # noqa: S102 - it is our own documentation
    secret, another = (secret_text(bytes([number]) * SECRET_BYTES) for number in (1, 2))
    body = b'{"type":"webhook.test"}'
    headers = dict(signed_headers([another, secret], "msg_1", int(time.time()), body))
    assert page["is_genuine"](secret, headers, body)
    assert not page["is_genuine"](secret, headers, b"{}")
    assert not page["is_genuine"](secret_text(b"3" * SECRET_BYTES), headers, body)
    assert not page["is_genuine"](secret, dict(signed_headers([secret], "msg_1", 1, body)), body)
    assert re.fullmatch(re.search(r"`(whsec_\[.*)`", PAGE)[1], secret)  # type: ignore[index]
