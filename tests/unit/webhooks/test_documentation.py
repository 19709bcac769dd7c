"""What docs/webhooks.md says is so."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from application.projections.project_event import TOPICS
from application.webhooks.signature import SECRET_BYTES, secret_text, signed_headers
from tests.external_tools import program

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")


def test_every_type_of_event_is_listed() -> None:
    listed = set(re.findall(r"`((?:provider|model|access-key|organization|webhook|member)\.[a-z-]+)`", PAGE))
    assert listed == TOPICS | {"webhook.test"}


def test_the_javascript_of_the_page_verifies_messages() -> None:
    node = program("node", purpose="Carrying out the JavaScript of the documentation")
    code = PAGE.partition("```javascript\n")[2].partition("```")[0]
    secret = secret_text(b"1" * SECRET_BYTES)
    body = '{"type":"webhook.test"}'
    headers = dict(signed_headers([secret], "msg_1", int(time.time()), body.encode()))
    old = dict(signed_headers([secret], "msg_1", 1, body.encode()))
    asked = [(secret, headers, body), (secret, headers, "{}"), (secret_text(b"3" * SECRET_BYTES), headers, body)]
    calls = ", ".join(f"isGenuine(...{json.dumps(given)})" for given in [*asked, (secret, old, body)])
    done = subprocess.run(
        [node, "--input-type=module"],
        input=f"{code}\nconsole.log(JSON.stringify([{calls}]))",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, False, False, False]


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
