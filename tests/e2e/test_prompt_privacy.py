"""What people ask and what models answer is nobody's: it is in no table, no figure and no report afterwards."""

import psycopg

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT
from tests.e2e.api_client import AUDIT, Api
from tests.e2e.request_log import REQUESTS, logged
from tests.e2e.running_service import RunningService
from tests.e2e.sandbox_models import USAGE, registered, run
from tests.log_contents import contents

# A word that nobody else uses; the sandbox repeats it in its answer.
WORD = "xylotomous"


async def test_nothing_of_prompts_and_answers_is_kept(api: Api, sandbox: Sandbox, service: RunningService) -> None:
    works = await registered(api, sandbox)
    refuses = await registered(api, sandbox, key="no_credit")
    prompt = f"Why is it {WORD}?"
    chat = {"model": works.model["id"], "messages": [{"role": "user", "content": prompt}]}
    images = [{"mediaType": "image/png", "data": PNG_TEXT}]
    for stream in (False, True):
        answers = [
            await run(api, works, prompt, stream=stream, images=images),
            await api.post("/v1/chat/completions", {**chat, "stream": stream}),
        ]
        # A stream cuts words as it likes.
        assert stream or all(WORD in answer.text for answer in answers)
        refused = await run(api, refuses, prompt, stream=stream)
        assert (refused.status, WORD in refused.text) == (502, False)
    sandbox.faults.add(kind="error_event", provider="openai", after=6)
    await run(api, works, prompt, stream=True)
    await run(api, works, prompt, systemPrompt=WORD, unknownField=WORD)
    # Each is in the request log but the one whose body made no sense.
    assert len(await logged(api, at_least=7)) == 7
    read = (USAGE, REQUESTS, f"{REQUESTS}?format=csv", AUDIT, "/api/ai/audit/export", "/metrics")
    shown = [(await api.ask("GET", path)).text for path in read]
    with psycopg.connect(service.database.owner_url) as owner:
        stored = {table: repr(rows) for table, rows in contents(owner).items()}
    assert {table for table, rows in stored.items() if WORD in rows or PNG_TEXT[:40] in rows} == set()
    assert not any(WORD in text for text in shown)
