"""A sandbox in a process of its own answers at once and leaves quietly."""

import asyncio
import signal
import sys
import time

import aiohttp

PROGRAM = """
import asyncio
from sandbox.server import serve_sandbox
asyncio.run(serve_sandbox("127.0.0.1", 0, lambda url: print(url, flush=True)))
"""


async def test_a_process_ends_cleanly_on_sigterm_even_with_a_request_hanging() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 10)).decode().strip()
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{url}/_sandbox/faults", json={"kind": "hang", "provider": "vllm"}) as response:
            assert response.status == 201
        hanging = asyncio.create_task(http.get(f"{url}/vllm/v1/models").__aenter__())
        await asyncio.sleep(0.1)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = await asyncio.wait_for(process.communicate(), 5)
        assert time.monotonic() - asked < 2
        assert (process.returncode, output, errors) == (0, b"", b"")
        assert isinstance((await asyncio.gather(hanging, return_exceptions=True))[0], aiohttp.ClientError)
